/** The proxies that are compared: how each is started, watched and ended. */
@NullMarked
package io.tidegate.bench.compare.contender;

import org.jspecify.annotations.NullMarked;
