/**
 * Who this node is to other nodes, and who they must be to it: mutual TLS with the certificates
 * that Swarm gives to every node, or with others of the same form. Open {@link
 * io.tidegate.agent.identity.LiveIdentity} first.
 *
 * <pre>
 *   IdentityFiles ─ NodeIdentity ─▶ LiveIdentity ─▶ TLS handshakes    (our own certificate)
 *                                        └────────▶ PeerCheck         (the other's)
 *                                                      └─▶ Refusals
 * </pre>
 *
 * <p>A certificate's subject says all: O is the cluster, CN the node, OU its role. Swarm renews the
 * files at any time; what is read replaces what was there for the next handshake, and what cannot
 * be used leaves the last good identity in force.
 */
@NullMarked
package io.tidegate.agent.identity;

import org.jspecify.annotations.NullMarked;
