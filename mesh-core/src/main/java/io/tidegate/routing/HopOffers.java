package io.tidegate.routing;

import org.jspecify.annotations.Nullable;

/**
 * All ways by which clients are passed to another node's agent.
 *
 * @param overlay over the ingress network, as open as that is; null where one of the two nodes has
 *     no place there
 * @param tls through a tunnel by TLS, which no datagram takes; null where there is none
 */
public record HopOffers(@Nullable HopOffer overlay, @Nullable HopOffer tls) {

  public static final HopOffers NONE = new HopOffers(null, null);
}
