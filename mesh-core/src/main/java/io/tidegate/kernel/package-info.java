/**
 * What the data path asks of the kernel: system calls by number of the descriptor, and the sockets
 * and pipes that are made of them. Knows nothing of routes, shards or tasks.
 */
@NullMarked
package io.tidegate.kernel;

import org.jspecify.annotations.NullMarked;
