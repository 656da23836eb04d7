package io.tidegate.agent.cli;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tidegate.agent.linux.Capabilities;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.WayBack;
import io.tidegate.agent.source.FileSource;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.source.YamlException;
import io.tidegate.agent.swarm.NodeFacts;
import io.tidegate.agent.swarm.SwarmSource;
import io.tidegate.agent.takeover.Forecast;
import io.tidegate.agent.vip.VipKeeper;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.Service;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code tidegate agent --check}: all that is worth knowing before the agent starts. */
final class NodeCheck {

  private final AgentConfig config;
  private final List<Finding> findings = new ArrayList<>();
  private @Nullable Forecast forecast;

  private NodeCheck(AgentConfig config) {
    this.config = config;
  }

  /** Looks at everything that the options make relevant; changes nothing. */
  static List<Finding> run(AgentConfig config) throws InterruptedException {
    NodeCheck check = new NodeCheck(config);
    check.run();
    return List.copyOf(check.findings);
  }

  private void run() throws InterruptedException {
    Topology topology =
        switch (config.source()) {
          case SourceChoice.File(Path path) -> file(path);
          case SourceChoice.Swarm _ -> swarm();
        };
    findings.add(Checks.dataPath(config.proxy()));
    findings.add(Checks.files(maxFiles()));
    findings.add(Checks.bindable("admin", config.admin().address(), Protocol.TCP));
    HostPort agentCheck = config.admin().agentCheck();
    if (agentCheck != null) {
      findings.add(Checks.bindable("agent-check", agentCheck, Protocol.TCP));
    }
    if (topology != null) {
      addPorts(topology);
    }
  }

  private void addPorts(Topology topology) {
    PortChecks ports = new PortChecks(config.proxy().bindAddress(), topology.traits());
    for (Service service : topology.services()) {
      service.publications().stream()
          .filter(this::isBoundHere)
          .forEach(publication -> findings.addAll(ports.of(service, publication.port())));
    }
  }

  /** What is taken over is not bound in this network. */
  private boolean isBoundHere(Publication publication) {
    return forecast == null
        || !forecast.isPossible()
        || publication.means() != Publication.Means.DOCKER;
  }

  private @Nullable Topology file(Path path) {
    Topology topology = null;
    String error = null;
    try {
      topology = FileSource.read(path);
    } catch (YamlException | IOException e) {
      error = e.getMessage();
    }
    findings.add(Checks.discovery(topology, error));
    addCapabilities(false);
    return topology;
  }

  private @Nullable Topology swarm() throws InterruptedException {
    Topology topology = null;
    String error = null;
    NodeFacts node;
    try (SwarmSource source = new SwarmSource(config.swarm())) {
      try {
        topology = source.readOnce();
      } catch (IOException e) {
        error = e.getMessage();
      }
      node = source.nodeFacts();
    }
    findings.add(Checks.docker(node, error));
    // A Docker that does not answer says nothing of its Swarm either.
    if (node.apiVersion() != null) {
      findings.add(Checks.swarm(node));
      findings.add(Checks.discovery(topology, error));
      findings.addAll(Checks.watch(node, config.swarm().watch()));
    }
    findings.add(PeerChecks.identity(config.swarm().peers()));
    findings.add(Checks.bindable("peers", config.swarm().peers().listen(), Protocol.TCP));
    findings.add(PeerChecks.hopsByTls(config.swarm().peers()));
    Path stateDir = config.swarm().stateDir();
    if (stateDir != null) {
      findings.add(PeerChecks.state(stateDir));
    }
    findings.add(Checks.namespaces(node));
    addCapabilities(true);
    Ipvs ipvs = Ipvs.detect();
    findings.add(Checks.ipvs(ipvs));
    forecast = Forecast.of(config.takeover(), node.ingressSandbox());
    findings.add(Checks.mode(forecast, config.takeover()));
    findings.add(Checks.vips(VipPlan.of(config.vips(), ipvs), config.vips(), VipKeeper.obstacle()));
    findings.add(Checks.transparency(new WayBack(null, "check")));
    return topology;
  }

  private void addCapabilities(boolean entersNamespaces) {
    try {
      Capabilities held = Capabilities.ofThisProcess();
      if (entersNamespaces) {
        findings.add(Checks.namespaceCapability(held));
      }
      findings.add(Checks.portCapability(held));
    } catch (IOException e) {
      findings.add(Finding.warn("capabilities", String.valueOf(e.getMessage()), "is /proc there?"));
    }
  }

  private static long maxFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : -1;
  }
}
