/** What was measured, as values, and how it is told to people and machines. */
@NullMarked
package io.tidegate.bench.compare.report;

import org.jspecify.annotations.NullMarked;
