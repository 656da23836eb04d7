package io.tidegate.agent.takeover;

/**
 * Where rules bring clients.
 *
 * @param address the one that Docker has packets come to
 * @param port where the agent's socket for all TCP ports is; it tells agents apart that follow each
 *     other
 * @param mark of packets and connections that are the agent's
 */
record Destination(String address, int port, int mark) {}
