/** JMH benchmarks of the mesh. */
@NullMarked
package io.tidegate.bench;

import org.jspecify.annotations.NullMarked;
