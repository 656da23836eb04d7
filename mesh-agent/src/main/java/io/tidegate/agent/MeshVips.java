package io.tidegate.agent;

import io.tidegate.agent.vip.VipPath;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.Foothold;
import java.io.IOException;

/** A mesh that serves virtual addresses. */
record MeshVips(Mesh mesh) implements VipPath {

  @Override
  public int place(String networkId, Foothold foothold) throws IOException {
    return mesh.placeVirtual(networkId, foothold);
  }

  @Override
  public void leave(String networkId) {
    mesh.leaveVirtual(networkId);
  }
}
