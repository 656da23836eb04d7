/**
 * This node's Docker engine: what it answers over HTTP, what its events tell, and the namespace of
 * its own mesh. Open {@link io.tidegate.agent.docker.SwarmReader} first.
 *
 * <pre>
 *   SwarmReader ─ GET, one round ─▶ DockerApi ─▶ the engine      Reading: EngineInfo, ClusterState,
 *   LiveService ─ GET ────────────▶ │                                     Network, LocalTasks, Sandbox
 *   EventStream ─ GET /events ────▶ ┘                            DockerNews
 *
 *   DockerAnswers, NetworkAnswers    JSON as it comes, with the fields that are used
 *   RestAnswers                      the same in the words of agent.cluster
 * </pre>
 */
@NullMarked
package io.tidegate.agent.docker;

import org.jspecify.annotations.NullMarked;
