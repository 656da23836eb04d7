package io.tidegate.agent.cli;

import io.tidegate.agent.labels.VipChoice;
import io.tidegate.agent.linux.Capabilities;
import io.tidegate.agent.linux.Capability;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.PortHolder;
import io.tidegate.agent.linux.WayBack;
import io.tidegate.agent.merge.VipScope;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.swarm.NodeFacts;
import io.tidegate.agent.takeover.Forecast;
import io.tidegate.agent.takeover.RangeKeeper;
import io.tidegate.agent.takeover.TakeoverConfig;
import io.tidegate.agent.watch.WatchConfig;
import io.tidegate.mesh.Mesh;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.UpstreamSockets;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The single checks of {@code --check}. Each looks at one thing and says what it found. */
final class Checks {

  private static final long FEW_FILES = 10_000;
  private static final int FIRST_UNPRIVILEGED_PORT = 1_024;

  private static final UpstreamSockets NO_NAMESPACES =
      UpstreamSockets.none("not entered (nothing is dialled)");

  private Checks() {}

  /**
   * Whether Docker answers.
   *
   * @param error what went wrong while reading, or null
   */
  static Finding docker(NodeFacts node, @Nullable String error) {
    if (node.apiVersion() == null) {
      return Finding.fail(
          "docker",
          error == null ? node.dockerHost() + " does not answer" : error,
          "is dockerd running, is its socket mounted, may this user open it? See --docker-host");
    }
    return Finding.ok(
        "docker",
        "%s at %s, API %s"
            .formatted(
                node.engineVersion().isEmpty() ? "answers" : node.engineVersion(),
                node.dockerHost(),
                node.apiVersion()));
  }

  static Finding swarm(NodeFacts node) {
    return switch (node.role()) {
      case MANAGER, WORKER ->
          Finding.ok(
              "swarm",
              "%s, this node is the %s %s at %s"
                  .formatted(
                      node.swarmState(),
                      node.role() == NodeFacts.Role.MANAGER ? "manager" : "worker",
                      node.nodeName(),
                      node.nodeAddress()));
      case NONE ->
          Finding.fail(
              "swarm",
              node.swarmState().isEmpty() ? "not known" : node.swarmState(),
              "docker swarm init, or docker swarm join");
    };
  }

  /** Whether what is published could be read; the number of services if so. */
  static Finding discovery(@Nullable Topology topology, @Nullable String error) {
    if (topology == null) {
      return Finding.fail("discovery", String.valueOf(error), "see the lines above");
    }
    long tasks = topology.services().stream().mapToLong(service -> service.tasks().size()).sum();
    return Finding.ok(
        "discovery",
        "%d published services with %d tasks".formatted(topology.services().size(), tasks));
  }

  /** Whether every change will be told at once, which only a manager does. */
  static List<Finding> watch(NodeFacts node, WatchConfig watch) {
    if (node.role() != NodeFacts.Role.MANAGER) {
      return List.of();
    }
    String obstacle = watch.obstacle();
    return List.of(
        obstacle == null
            ? Finding.ok("watch", watch.socket() + " tells every change at once")
            : Finding.warn(
                "watch",
                obstacle,
                "changes are seen half a second later, by polling; see --control-socket and"
                    + " --certificates-dir"));
  }

  static Finding namespaces(NodeFacts node) {
    String error = node.sandboxError();
    return error == null
        ? Finding.ok("namespaces", node.ingressSandbox() + " can be entered")
        : Finding.fail(
            "namespaces",
            error,
            "tasks on other nodes are out of reach; needs CAP_SYS_ADMIN and Docker's netns folder,"
                + " mounted with rslave; see --netns-dir");
  }

  /** Whether this process may enter namespaces, which only a Swarm needs. */
  static Finding namespaceCapability(Capabilities held) {
    return held.has(Capability.SYS_ADMIN)
        ? Finding.ok("capabilities", Capability.SYS_ADMIN + " is held, for entering namespaces")
        : Finding.fail(
            "capabilities",
            Capability.SYS_ADMIN + " is missing, for entering namespaces",
            "run as root, or add the capability");
  }

  static Finding portCapability(Capabilities held) {
    return held.has(Capability.NET_BIND_SERVICE)
        ? Finding.ok(
            "capabilities",
            "%s is held, for ports below %d"
                .formatted(Capability.NET_BIND_SERVICE, FIRST_UNPRIVILEGED_PORT))
        : Finding.warn(
            "capabilities",
            "%s is missing, for ports below %d"
                .formatted(Capability.NET_BIND_SERVICE, FIRST_UNPRIVILEGED_PORT),
            "add the capability if such ports are published");
  }

  /** Whether tasks of this node could see their clients' own addresses. */
  static Finding transparency(WayBack wayBack) {
    try {
      return Finding.ok("client addresses", "tasks can see them, by " + wayBack.check());
    } catch (IOException e) {
      return Finding.warn(
          "client addresses",
          "tasks cannot see them: " + e.getMessage(),
          "services that ask by tidegate.client-ip=transparent get their fallback");
    }
  }

  static Finding ipvs(Ipvs ipvs) {
    return switch (ipvs.state()) {
      case ABSENT -> Finding.ok("ipvs", "absent, so published ports are free: " + ipvs.reason());
      case PRESENT, LOADABLE ->
          Finding.ok("ipvs", ipvs.reason() + ": Docker's own mesh takes the ports it publishes");
    };
  }

  /** Where the ports would be served that Docker publishes, and why there. */
  static Finding mode(Forecast forecast, TakeoverConfig config) {
    if (forecast.isPossible()) {
      return Finding.ok("mode", "takeover: " + forecast.why());
    }
    if (forecast.obstacle() == null) {
      return Finding.ok("mode", "host: " + forecast.why());
    }
    String advice =
        "needs nft or iptables, CAP_NET_ADMIN, CAP_SYS_ADMIN and Docker's netns folder; Docker's own mesh goes on"
            + " serving what it publishes";
    return config.mode() == TakeoverConfig.Mode.TAKEOVER
        ? Finding.fail("mode", "takeover is not possible: " + forecast.obstacle(), advice)
        : Finding.warn("mode", "host, as takeover is not possible: " + forecast.obstacle(), advice);
  }

  /**
   * Which virtual addresses would be served, and whether they could be.
   *
   * @param obstacle what is missing to serve any, or null
   */
  static Finding vips(VipPlan plan, VipChoice told, @Nullable String obstacle) {
    if (plan.scope() == VipScope.NONE || obstacle == null) {
      return Finding.ok("vips", plan.why());
    }
    String found = "cannot be served: " + obstacle;
    String advice =
        "needs nft, ip, CAP_NET_ADMIN, CAP_SYS_ADMIN and Docker's netns folder; see --vip";
    return told == VipChoice.ON
        ? Finding.fail("vips", found, advice)
        : Finding.warn("vips", found, advice);
  }

  /** Whether the data path runs on this system at all. */
  static Finding dataPath(ProxyConfig config) {
    try {
      Mesh.start(config, NO_NAMESPACES).close();
      return Finding.ok("data path", config.shards() + " shards on epoll");
    } catch (UnsupportedOperationException e) {
      return Finding.fail("data path", String.valueOf(e.getMessage()), "use a supported system");
    }
  }

  /**
   * Whether there are descriptors enough.
   *
   * @param max how many this process may have, or -1 if the system does not tell
   */
  static Finding files(long max) {
    if (max < 0) {
      return Finding.warn("files", "the limit is not known", "each connection takes two");
    }
    return max < FEW_FILES
        ? Finding.warn(
            "files", max + " at most", "each connection takes two; raise the limit: ulimit -n")
        : Finding.ok("files", max + " at most");
  }

  /** Whether a range of ports could be served. */
  static Finding range(PublishedPort range) {
    String obstacle = RangeKeeper.obstacle();
    return obstacle == null
        ? Finding.ok(range.toString(), "can be served by packet rules")
        : Finding.warn(
            range.toString(),
            "is not served on this node: " + obstacle,
            "ranges of ports need nft and CAP_NET_ADMIN; all else works without");
  }

  private static NetworkChannel open(Protocol protocol) throws IOException {
    return switch (protocol) {
      case TCP -> ServerSocketChannel.open();
      case UDP -> DatagramChannel.open();
    };
  }

  /** Whether something could be served there. */
  static Finding bindable(String what, HostPort address, Protocol protocol) {
    InetSocketAddress socketAddress = new InetSocketAddress(address.host(), address.port());
    if (socketAddress.isUnresolved()) {
      return Finding.fail(what, address + ": unknown host", "choose an address of this node");
    }
    try (NetworkChannel channel = open(protocol)) {
      channel.bind(socketAddress);
      return Finding.ok(what, address + " can be bound");
    } catch (IOException | RuntimeException e) {
      String holder = Objects.requireNonNullElse(PortHolder.describe(address.port(), protocol), "");
      return Finding.fail(
          what,
          "%s: %s%s".formatted(address, e.getMessage(), holder.isEmpty() ? "" : ", " + holder),
          "stop what holds it, or choose another port");
    }
  }

  /** Whether any of them forbids a start. */
  static boolean hasFailure(List<Finding> findings) {
    return findings.stream().anyMatch(finding -> finding.grade() == Finding.Grade.FAIL);
  }
}
