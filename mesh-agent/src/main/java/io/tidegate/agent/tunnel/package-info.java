/**
 * Tunnels: hops by TLS, over the addresses of the nodes. The data paths of both nodes know nothing
 * of it, each speaks with a socket of its own loopback. Open {@link
 * io.tidegate.agent.tunnel.Tunnels} first.
 *
 * <pre>
 *   data path ──► TunnelEntry ══ TLS, a certificate on both sides ══► TunnelServer ──► data path
 *   (HopPool)     127.0.0.1        node address, --hop-tls-port          127.0.0.1     (HopListener)
 * </pre>
 */
@NullMarked
package io.tidegate.agent.tunnel;

import org.jspecify.annotations.NullMarked;
