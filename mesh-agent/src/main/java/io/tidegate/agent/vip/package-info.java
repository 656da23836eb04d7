/**
 * Serves the virtual addresses of services inside overlay networks: rules and addresses inside the
 * sandboxes that Docker has there bring clients to the agent. Open {@link
 * io.tidegate.agent.vip.VipKeeper} first.
 */
@NullMarked
package io.tidegate.agent.vip;

import org.jspecify.annotations.NullMarked;
