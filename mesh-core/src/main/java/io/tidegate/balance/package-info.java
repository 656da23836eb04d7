/**
 * Choosing among the endpoints of a route. A policy says how, a picker chooses now: it allocates
 * nothing, asks nothing about health and reads no clock. Open {@link io.tidegate.balance.Picker}
 * first.
 */
@NullMarked
package io.tidegate.balance;

import org.jspecify.annotations.NullMarked;
