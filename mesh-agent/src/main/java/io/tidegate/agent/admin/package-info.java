/**
 * What is seen from outside: metrics, health and the API, over HTTP. Open {@link
 * io.tidegate.agent.admin.AdminServer} first; {@link io.tidegate.agent.admin.AgentView} is all that
 * it sees of the agent.
 */
@NullMarked
package io.tidegate.agent.admin;

import org.jspecify.annotations.NullMarked;
