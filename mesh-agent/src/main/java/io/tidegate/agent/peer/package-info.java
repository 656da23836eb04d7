/**
 * What a manager knows, on every node: the agent of a manager node publishes, the agents of all
 * other nodes subscribe. Open {@link io.tidegate.agent.peer.Publisher} and {@link
 * io.tidegate.agent.peer.Subscriber} first.
 *
 * <pre>
 *   manager                                                any other node
 *   ClusterState, Commit ─▶ Publisher ─▶ Journal           Subscriber ─▶ FollowCall ─▶ Intake ─▶ PeerNews
 *                                └─▶ Subscriptions ══ gRPC over mutual TLS ══▶ ┘
 *
 *        time ──▶   whole 7 (in parts)   change 7→8   nothing new 8→8   change 8→9 …
 * </pre>
 *
 * <p>A subscriber follows one manager at a time and goes on to another when that one is lost,
 * silent or refused. Versions are the publisher's own count since it started; what a subscriber
 * refuses has no effect.
 */
@NullMarked
package io.tidegate.agent.peer;

import org.jspecify.annotations.NullMarked;
