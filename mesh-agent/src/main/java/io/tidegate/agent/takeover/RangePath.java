package io.tidegate.agent.takeover;

import io.tidegate.proxy.ListenerStatus;
import java.io.IOException;
import java.util.List;

/** The data path, as far as it serves ranges of ports. */
public interface RangePath {

  /** Serves them: {@link io.tidegate.mesh.Mesh#gather}. */
  int gather() throws IOException;

  /** Serves none: {@link io.tidegate.mesh.Mesh#refuseRanges}. */
  void refuse(String why);

  /** The listeners as the last table wants them. */
  List<ListenerStatus> listeners();
}
