package io.tidegate.agent.admin;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tidegate.agent.admin.Families.Point;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.agent.source.CheckStatus.TaskCheck;
import java.util.stream.Stream;

/** What the health checks of this node's tasks have told. */
final class CheckFamilies {

  private CheckFamilies() {}

  static void add(Families families, CheckStatus checks) {
    families.counter(
        "checks",
        "Health checks of this node's tasks, by how they ended; not_made is no fault of the task's.",
        checks.services().entrySet().stream()
            .flatMap(
                service ->
                    Stream.of(
                        point(service.getKey(), "passed", service.getValue().passed()),
                        point(service.getKey(), "failed", service.getValue().failed()),
                        point(service.getKey(), "not_made", service.getValue().notMade()))));
    families.gauge("checked_tasks", "Tasks of this node that are checked.", checks.tasks().size());
    families.gauge(
        "checked_tasks_unwell",
        "Those of them whose checks fail, and which others are told not to pick.",
        (double) checks.tasks().values().stream().filter(TaskCheck::unwell).count());
  }

  private static Point point(String service, String result, long count) {
    return new Point(Labels.of("service", service, "result", result), count);
  }
}
