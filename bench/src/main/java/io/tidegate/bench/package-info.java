/** JMH benchmarks of the mesh; the comparison with its peers is in {@code compare}. */
@NullMarked
package io.tidegate.bench;

import org.jspecify.annotations.NullMarked;
