package io.tidegate.agent;

import io.tidegate.agent.takeover.RangePath;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.ListenerStatus;
import java.io.IOException;
import java.util.List;

/** A mesh that serves ranges of ports. */
record MeshRanges(Mesh mesh) implements RangePath {

  @Override
  public int gather() throws IOException {
    return mesh.gather();
  }

  @Override
  public void refuse(String why) {
    mesh.refuseRanges(why);
  }

  @Override
  public List<ListenerStatus> listeners() {
    mesh.settle();
    return mesh.listeners();
  }
}
