package io.tidegate.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tidegate.agent.changes.ChangeLog;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.source.TopologySource;
import io.tidegate.mesh.Mesh;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DemoTest {

  private static final DemoOutside OUTSIDE =
      new DemoOutside() {
        @Override
        public Admin serve(
            Mesh mesh,
            ChangeLog changes,
            TopologySource source,
            InetSocketAddress virtual,
            HostPort address) {
          return new NoAdmin(address);
        }

        @Override
        public @Nullable String holderOf(int port) {
          return null;
        }

        @Override
        public CountDownLatch takeTerminal() {
          return new CountDownLatch(1);
        }
      };

  private record NoAdmin(HostPort address) implements DemoOutside.Admin {
    @Override
    public void close() {}
  }

  @Test
  void servesBothPortsAndTheVirtualAddressAndShowsWhatHappens() throws Exception {
    DemoPorts ports = new DemoPorts("127.0.0.1", OUTSIDE::holderOf);
    Demo.Choice choice =
        new Demo.Choice(
            ports.free("--port", 0),
            ports.free("--second-port", 0),
            new DemoNetwork(ports.free("--vip-port", 0)),
            "127.0.0.1",
            new HostPort("127.0.0.1", 0),
            true);
    AtomicReference<Dashboard> shown = new AtomicReference<>();
    try (Demo demo = Demo.start(choice, OUTSIDE)) {
      demo.run(untilBothAnswer(shown), ChronoUnit.FOREVER.getDuration(), new CountDownLatch(1));
      assertThat(demo.summary()).contains("0 refused", "0 failed");
      assertThat(demo.hints().tryIt())
          .contains("localhost:" + choice.webPort(), "127.0.80.10:" + choice.network().port());
    }
    assertThat(shown.get().routes())
        .extracting(Dashboard.RouteLine::service)
        .containsExactlyInAnyOrder("web", "api");
    assertThat(shown.get().virtual())
        .extracting(Dashboard.RouteLine::service, Dashboard.RouteLine::place)
        .containsExactly(tuple("api", "127.0.80.10 on backend"));
    assertThat(shown.get().virtual().getFirst().connects()).isPositive();
  }

  @Test
  void endsAtOnceWhenItIsStopped() throws Exception {
    DemoPorts ports = new DemoPorts("127.0.0.1", OUTSIDE::holderOf);
    Demo.Choice choice =
        new Demo.Choice(
            ports.free("--port", 0),
            ports.free("--second-port", 0),
            new DemoNetwork(ports.free("--vip-port", 0)),
            "127.0.0.1",
            new HostPort("127.0.0.1", 0),
            false);
    CountDownLatch stopped = new CountDownLatch(1);
    stopped.countDown();
    try (Demo demo = Demo.start(choice, OUTSIDE)) {
      demo.run(untilBothAnswer(new AtomicReference<>()), Duration.ofHours(1), stopped);
    }
    int port = choice.webPort();
    assertThat(new DemoPorts("127.0.0.1", OUTSIDE::holderOf).free("--port", port)).isEqualTo(port);
  }

  private static Screen untilBothAnswer(AtomicReference<Dashboard> shown) {
    return new Screen() {
      @Override
      public boolean show(Dashboard dashboard) {
        shown.set(dashboard);
        return dashboard.routes().size() < 2
            || Stream.concat(dashboard.routes().stream(), dashboard.virtual().stream())
                .flatMap(route -> route.tasks().stream())
                .anyMatch(task -> task.requests() == 0);
      }

      @Override
      public void close() {}
    };
  }
}
