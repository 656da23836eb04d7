package io.tidegate.agent.lint;

import io.tidegate.agent.docker.LiveService;
import io.tidegate.routing.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A service as it is declared, whether in a file or in a Swarm. Lines are 0 where there is no file.
 *
 * @param createdAtNanos since 1970, or 0 where that is not known
 * @param containerLabels those that mark its containers
 */
record LintedService(
    String name,
    long createdAtNanos,
    List<LintedLabel> labels,
    List<LintedLabel> containerLabels,
    List<LintedPort> ports) {

  /** One label. */
  record LintedLabel(String name, String value, int line) {}

  /**
   * One port that is published with Docker's own means.
   *
   * @param targetPort 0 where that is of no account
   * @param isHostMode published on the nodes where tasks run, and by Docker alone
   */
  record LintedPort(PublishedPort port, int targetPort, boolean isHostMode, int line) {}

  static LintedService of(LiveService live) {
    List<LintedPort> ports = new ArrayList<>();
    live.publications().forEach(p -> ports.add(new LintedPort(p.port(), p.targetPort(), false, 0)));
    live.hostPorts().forEach(port -> ports.add(new LintedPort(port, 0, true, 0)));
    return new LintedService(
        live.name(),
        live.createdAtNanos(),
        labels(live.labels()),
        labels(live.containerLabels()),
        ports);
  }

  private static List<LintedLabel> labels(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label -> new LintedLabel(label.getKey(), label.getValue(), 0))
        .toList();
  }
}
