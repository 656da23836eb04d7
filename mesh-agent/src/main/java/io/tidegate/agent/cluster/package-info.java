/**
 * What a manager of the Swarm knows, as plain immutable values, whatever brought them: its REST
 * API, its Watch or another node. Open {@link io.tidegate.agent.cluster.ClusterState} first.
 */
@NullMarked
package io.tidegate.agent.cluster;

import org.jspecify.annotations.NullMarked;
