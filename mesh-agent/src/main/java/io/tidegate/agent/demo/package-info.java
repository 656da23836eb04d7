/**
 * {@code tidegate demo}: a small Swarm played inside the process, so that the mesh can be seen at
 * work without Docker and without root. Open {@link io.tidegate.agent.demo.Demo} first; {@link
 * io.tidegate.agent.demo.Script} says what happens when.
 */
@NullMarked
package io.tidegate.agent.demo;

import org.jspecify.annotations.NullMarked;
