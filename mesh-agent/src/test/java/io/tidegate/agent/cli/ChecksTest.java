package io.tidegate.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.labels.VipChoice;
import io.tidegate.agent.linux.Capabilities;
import io.tidegate.agent.linux.Capability;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.swarm.NodeFacts;
import io.tidegate.agent.swarm.NodeFacts.Role;
import io.tidegate.agent.takeover.Forecast;
import io.tidegate.agent.takeover.TakeoverConfig;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Topology;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChecksTest {

  @Test
  void tellsWhichDockerAnswers() {
    assertThat(Checks.docker(node("1.41", Role.WORKER, null), null))
        .isEqualTo(Finding.ok("docker", "20.10.24 at unix:///docker.sock, API 1.41"));
  }

  @Test
  void tellsWhyDockerDoesNotAnswer() {
    Finding finding =
        Checks.docker(node(null, Role.NONE, null), "unix:///docker.sock: no such file");
    assertThat(finding.grade()).isEqualTo(Finding.Grade.FAIL);
    assertThat(finding.found()).isEqualTo("unix:///docker.sock: no such file");
    assertThat(finding.advice()).contains("--docker-host");
  }

  @Test
  void tellsManagerFromWorkerFromNeither() {
    assertThat(Checks.swarm(node("1.41", Role.WORKER, null)).found())
        .isEqualTo("active, this node is the worker n2 at 10.0.0.2");
    assertThat(Checks.swarm(node("1.41", Role.MANAGER, null)).found()).contains("manager n2");
    Finding none = Checks.swarm(node("1.41", Role.NONE, null));
    assertThat(none.grade()).isEqualTo(Finding.Grade.FAIL);
    assertThat(none.found()).isEqualTo("inactive");
    assertThat(none.advice()).contains("docker swarm join");
  }

  @Test
  void tellsWhetherTheSandboxCanBeEntered() {
    assertThat(Checks.namespaces(node("1.41", Role.WORKER, null)))
        .isEqualTo(Finding.ok("namespaces", "/ns/ingress_sbox can be entered"));
    Finding refused = Checks.namespaces(node("1.41", Role.WORKER, "setns: EPERM"));
    assertThat(refused.grade()).isEqualTo(Finding.Grade.FAIL);
    assertThat(refused.found()).isEqualTo("setns: EPERM");
  }

  @Test
  void tellsWhatWasDiscoveredOrWhyNothing() {
    assertThat(Checks.discovery(Topology.EMPTY, null))
        .isEqualTo(Finding.ok("discovery", "0 published services with 0 tasks"));
    assertThat(Checks.discovery(null, "routes.yml:3: port: 0").grade())
        .isEqualTo(Finding.Grade.FAIL);
  }

  @Test
  void namesMissingCapabilitiesAndWhatTheyAreFor() {
    Capabilities all = new Capabilities(Set.of(Capability.values()));
    assertThat(Checks.namespaceCapability(all).grade()).isEqualTo(Finding.Grade.OK);
    assertThat(Checks.portCapability(all).grade()).isEqualTo(Finding.Grade.OK);
    Capabilities none = new Capabilities(Set.of());
    Finding namespaces = Checks.namespaceCapability(none);
    assertThat(namespaces.grade()).isEqualTo(Finding.Grade.FAIL);
    assertThat(namespaces.found()).isEqualTo("CAP_SYS_ADMIN is missing, for entering namespaces");
    assertThat(Checks.portCapability(none).grade()).isEqualTo(Finding.Grade.WARN);
  }

  @Test
  void tellsOfIpvs() {
    for (Ipvs.State state : Ipvs.State.values()) {
      assertThat(Checks.ipvs(new Ipvs(state, "by the test")).grade()).isEqualTo(Finding.Grade.OK);
    }
  }

  @Test
  void tellsWhichModeWouldBeInForceAndWhy() {
    TakeoverConfig auto = TakeoverConfig.USUAL;
    TakeoverConfig takeover = new TakeoverConfig(TakeoverConfig.Mode.TAKEOVER, auto.mark());
    Forecast obstructed = new Forecast(false, "no nft", "no nft");

    assertThat(Checks.mode(new Forecast(true, "all is there", null), auto))
        .isEqualTo(Finding.ok("mode", "takeover: all is there"));
    assertThat(Checks.mode(new Forecast(false, "no IPVS", null), auto))
        .isEqualTo(Finding.ok("mode", "host: no IPVS"));
    assertThat(Checks.mode(obstructed, auto).grade()).isEqualTo(Finding.Grade.WARN);
    assertThat(Checks.mode(obstructed, auto).found())
        .isEqualTo("host, as takeover is not possible: no nft");
    assertThat(Checks.mode(obstructed, takeover).grade()).isEqualTo(Finding.Grade.FAIL);
    assertThat(Checks.mode(obstructed, takeover).found())
        .isEqualTo("takeover is not possible: no nft");
  }

  @Test
  void tellsWhichVirtualAddressesWouldBeServedAndWhatIsMissing() {
    Ipvs none = new Ipvs(Ipvs.State.ABSENT, "no module ip_vs");
    VipPlan plan = VipPlan.of(VipChoice.AUTO, none);
    assertThat(Checks.vips(plan, VipChoice.AUTO, null))
        .isEqualTo(Finding.ok("vips", "served, as Docker cannot: no module ip_vs"));
    assertThat(Checks.vips(plan, VipChoice.AUTO, "nft is not installed").grade())
        .isEqualTo(Finding.Grade.WARN);
    Finding told = Checks.vips(plan, VipChoice.ON, "nft is not installed");
    assertThat(told.grade()).isEqualTo(Finding.Grade.FAIL);
    assertThat(told.found()).isEqualTo("cannot be served: nft is not installed");
    VipPlan off = VipPlan.of(VipChoice.OFF, none);
    assertThat(Checks.vips(off, VipChoice.OFF, "nft is not installed").grade())
        .isEqualTo(Finding.Grade.OK);
  }

  @Test
  void startsTheDataPathToSeeThatItRuns() {
    Finding finding = Checks.dataPath(ProxyConfig.defaults());
    assertThat(finding.grade()).isEqualTo(Finding.Grade.OK);
    assertThat(finding.found()).endsWith("shards on epoll");
  }

  @Test
  void warnsOfFewFiles() {
    assertThat(Checks.files(1_048_576)).isEqualTo(Finding.ok("files", "1048576 at most"));
    assertThat(Checks.files(1_024).grade()).isEqualTo(Finding.Grade.WARN);
    assertThat(Checks.files(-1).grade()).isEqualTo(Finding.Grade.WARN);
  }

  @Test
  void tellsThatAPortIsFree() {
    assertThat(Checks.bindable("admin", new HostPort("127.0.0.1", 0), Protocol.TCP))
        .isEqualTo(Finding.ok("admin", "127.0.0.1:0 can be bound"));
  }

  @Test
  void namesAHostThatIsNotKnown() {
    Finding finding = Checks.bindable("admin", new HostPort("no.such.invalid", 80), Protocol.TCP);
    assertThat(finding.grade()).isEqualTo(Finding.Grade.FAIL);
    assertThat(finding.found()).isEqualTo("no.such.invalid:80: unknown host");
  }

  private static NodeFacts node(
      @Nullable String apiVersion, Role role, @Nullable String sandboxError) {
    return new NodeFacts(
        URI.create("unix:///docker.sock"),
        "20.10.24",
        apiVersion,
        "id2",
        "n2",
        "10.0.0.2",
        role,
        role == Role.NONE ? "inactive" : "active",
        Path.of("/ns"),
        Path.of("/ns/ingress_sbox"),
        sandboxError,
        "swarm-gossip",
        null);
  }
}
