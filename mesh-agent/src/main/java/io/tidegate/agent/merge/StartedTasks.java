package io.tidegate.agent.merge;

import io.tidegate.agent.docker.LocalTasks;
import java.util.HashMap;
import java.util.Map;

/**
 * Tasks of this node of which an event has told that their containers run. A reading that had begun
 * before does not know them; the one after it does, or they have ended.
 */
final class StartedTasks {

  private Map<String, String> sinceReading = new HashMap<>();

  /** A container of a task runs. */
  void add(String taskId, String containerId) {
    sinceReading.put(taskId, containerId);
  }

  /** What is known with these, after an event. */
  LocalTasks with(LocalTasks known) {
    return known.with(sinceReading);
  }

  /** What is known now that a reading has told this. */
  LocalTasks after(LocalTasks read) {
    LocalTasks both = read.with(sinceReading);
    sinceReading = new HashMap<>();
    return both;
  }
}
