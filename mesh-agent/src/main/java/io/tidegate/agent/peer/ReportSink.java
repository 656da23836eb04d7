package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.NodeName;
import java.util.List;

/** Takes what other nodes say of their own tasks. */
@FunctionalInterface
public interface ReportSink {

  /**
   * A node has reported. Called on the server's event loop: it must not block.
   *
   * @param reporter who its certificate says that it is; whether the tasks are its own is not
   *     checked yet
   * @param marks none where all that it says are of kinds that came later
   */
  void onReport(NodeName reporter, List<TaskMark> marks);
}
