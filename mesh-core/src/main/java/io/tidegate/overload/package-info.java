/**
 * How much is in use of what the process lives on, and what follows for the data path. Knows
 * nothing of Docker or Netty.
 */
@NullMarked
package io.tidegate.overload;

import org.jspecify.annotations.NullMarked;
