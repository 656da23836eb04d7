/** Benchmarks of what the data path shows to nobody else. */
@NullMarked
package io.tidegate.proxy;

import org.jspecify.annotations.NullMarked;
