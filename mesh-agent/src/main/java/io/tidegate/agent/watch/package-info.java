/**
 * The stream of all changes that a manager's own store makes, from the socket that its daemon talks
 * to its manager through. Open {@link io.tidegate.agent.watch.ManagerWatch} first; it is the door,
 * with {@link io.tidegate.agent.watch.WatchConfig} and {@link io.tidegate.agent.watch.WatchNews}.
 *
 * <pre>
 *   ManagerWatch   one thread: waits while the node is no manager, tries, pauses, tries again
 *   WatchSession   one stream from its beginning to its end
 *     ControlSocket   gRPC over TLS over the Unix socket
 *     Inbox           messages on their way from Netty's thread to ours, bounded
 *     SwarmkitObjects what SwarmKit says in the words of agent.cluster
 * </pre>
 *
 * <p>SwarmKit promises nothing about this socket, but the daemon is a client of the same calls, and
 * they have not changed from Docker 20.10 to 29.
 */
@NullMarked
package io.tidegate.agent.watch;

import org.jspecify.annotations.NullMarked;
