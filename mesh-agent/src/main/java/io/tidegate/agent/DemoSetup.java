package io.tidegate.agent;

import io.tidegate.agent.admin.AdminServer;
import io.tidegate.agent.admin.TransparencyStatus;
import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.cli.AgentConfig;
import io.tidegate.agent.demo.DemoOutside;
import io.tidegate.agent.linux.PortHolder;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.agent.takeover.RangesStatus;
import io.tidegate.agent.takeover.Takeover;
import io.tidegate.agent.vip.VipStatus;
import io.tidegate.agent.vip.Vips;
import io.tidegate.mesh.Mesh;
import io.tidegate.routing.Protocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/** What the demo gets from the rest of the program. */
final class DemoSetup implements DemoOutside {

  @Override
  public CountDownLatch takeTerminal() {
    LogSetup.apply(new AgentConfig.Log(Level.ERROR, AgentConfig.Format.TEXT));
    return Signals.install().told();
  }

  @Override
  public Admin serve(
      Mesh mesh,
      ChangeLog changes,
      TopologySource source,
      InetSocketAddress virtual,
      HostPort address)
      throws IOException {
    Takeover none = Takeover.none("the demo has no Docker");
    MeshView view =
        new MeshView(
            mesh,
            changes,
            source,
            () -> null,
            none,
            () -> RangesStatus.NONE,
            new DemoVips(virtual, mesh),
            () -> TransparencyStatus.UNASKED,
            List.of());
    return new DemoAdmin(AdminServer.start(address, true, view));
  }

  @Override
  public @Nullable String holderOf(int port) {
    return PortHolder.describe(port, Protocol.TCP);
  }

  /** The one virtual address of the demo, and the port at which it is served. */
  private record DemoVips(InetSocketAddress virtual, Mesh mesh) implements Vips {

    @Override
    public VipStatus status() {
      List<VipStatus.Network> networks =
          mesh.table().virtual().values().stream()
              .map(route -> route.ip().networkId())
              .distinct()
              .map(id -> new VipStatus.Network(id, HostPort.of(virtual) + " of loopback", 1, 0))
              .toList();
      return new VipStatus("served at one port by the demo", networks, false, 0, null);
    }

    @Override
    public VipStatus release(boolean release) throws IOException {
      throw new IOException("virtual addresses: the demo has nobody to hand its own to");
    }
  }

  private record DemoAdmin(AdminServer server) implements Admin {

    @Override
    public HostPort address() {
      return HostPort.of(server.address());
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
