/**
 * What a manager knows, on every node: the agent of a manager node publishes, the agents of all
 * other nodes subscribe; and what every node says of its own tasks before any manager does. Open
 * {@link io.tidegate.agent.peer.PeerServer}, {@link io.tidegate.agent.peer.Subscriber} and {@link
 * io.tidegate.agent.peer.Reporter} first.
 *
 * <pre>
 *   manager                                                any other node
 *   ClusterState, Commit ─▶ PeerServer ─▶ Journal          Subscriber ─▶ FollowCall ─▶ Intake ─▶ PeerNews
 *                              │ └─▶ Subscriptions ══ gRPC over mutual TLS ══▶ ┘
 *   ReportSink ◀─ ReportListener ◀══ gRPC over mutual TLS ══ Delivery ◀─ Reporter ◀─ TaskMark
 *
 *        time ──▶   whole 7 (in parts)   change 7→8   nothing new 8→8   marks 8→9   change 9→10 …
 * </pre>
 *
 * <p>A subscriber follows one manager at a time and goes on to another when that one is lost,
 * silent or refused. Versions are the publisher's own count since it started; what a subscriber
 * refuses has no effect. Marks take a version like a change, so that all hear them in one order,
 * and are no part of the state.
 */
@NullMarked
package io.tidegate.agent.peer;

import org.jspecify.annotations.NullMarked;
