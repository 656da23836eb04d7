package io.tidegate.bench.compare.contender;

import java.nio.file.Path;

/**
 * Where a proxy runs.
 *
 * @param folder its own, empty but for the configuration file
 * @param config the configuration file
 * @param port where it listens on 127.0.0.1, TCP and UDP
 * @param upstreamPort where the task listens on 127.0.0.1, TCP and UDP
 * @param adminPort another free port
 * @param connections what it must be able to relay at once
 */
public record Place(
    Path folder, Path config, int port, int upstreamPort, int adminPort, int connections) {}
