package io.tidegate.agent.admin;

import io.tidegate.routing.Access;
import io.tidegate.routing.Bind;
import io.tidegate.routing.Bind.Place;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.Node;
import io.tidegate.routing.NodeRule;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualIp;
import io.tidegate.routing.Witness;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Service web with one task of each state, and service api with none. */
public final class WebTopology {

  private static final long MILLI = 1_000_000;
  private static final Reach NEAR =
      Reach.local(InetAddress.ofLiteral("172.18.0.3"), "on this node");

  /** That of service api, which is not for everybody and not everywhere. */
  public static final Policy NARROWED =
      Policy.DEFAULT
          .withAccess(
              new Access(
                  List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8")),
                  List.of(Cidr.parse("10.0.0.9"))))
          .withBind(new Bind(List.of(Place.parse("eth1"), Place.parse("10.0.0.0/8"))))
          .withNodes(List.of(NodeRule.parse("node.role!=manager")));

  private WebTopology() {}

  /** All of it. */
  public static Topology whole(long nowNanos) {
    return topology(true, new Origin("swarm-watch", nowNanos - 10_000 * MILLI, nowNanos));
  }

  /** Without the task that was draining, as was written 2 ms and heard 1 ms ago. */
  public static Topology withoutDraining(long nowNanos) {
    return topology(false, new Origin("swarm-watch", nowNanos - 2 * MILLI, nowNanos - MILLI));
  }

  /** All of it, and nodes n2 and n9 speak against the task web.3. */
  public static Topology witnessed(long nowNanos) {
    Topology whole = whole(nowNanos);
    Service web = whole.services().getFirst();
    List<Task> tasks = web.tasks().stream().map(WebTopology::witnessed).toList();
    Service spoken =
        new Service(
            web.id(),
            web.name(),
            web.createdAtNanos(),
            web.policy(),
            web.publications(),
            web.virtualIps(),
            tasks);
    return new Topology(List.of(spoken), whole.nodes(), whole.origin());
  }

  /**
   * All of it, on a node with a sandbox of network backend.
   *
   * @param objection why web's virtual addresses are left to Docker, or null
   * @param others further services
   */
  public static Topology inside(long nowNanos, @Nullable String objection, Service... others) {
    Topology whole = whole(nowNanos);
    Service web = whole.services().getFirst();
    List<VirtualIp> ips =
        web.virtualIps().stream()
            .map(ip -> ip.networkName().equals("backend") ? ip.in("/ns/lb_net1") : ip)
            .toList();
    List<Service> services = new ArrayList<>(List.of(others));
    services.add(
        new Service(
            web.id(),
            web.name(),
            web.createdAtNanos(),
            web.policy(),
            web.virtualPolicy(),
            web.publications(),
            ips,
            objection,
            web.tasks()));
    return new Topology(services, whole.nodes(), whole.origin());
  }

  private static Task witnessed(Task task) {
    return new Task(
        task.id(),
        task.name(),
        task.nodeId(),
        task.state(),
        task.reach(),
        task.origin(),
        task.id().equals("t3")
            ? List.of(new Witness("n2", 80), new Witness("n9", 80), new Witness("n9", 81))
            : List.of());
  }

  private static Topology topology(boolean hasDraining, Origin newest) {
    List<Task> tasks = new ArrayList<>();
    tasks.add(new Task("t1aa", "web.1", "n1", TaskState.RUNNING, NEAR));
    if (hasDraining) {
      tasks.add(new Task("t2", "web.2", "n2", TaskState.DRAINING, NEAR, newest));
    }
    tasks.add(new Task("t3", "web.3", "n2", TaskState.DOUBTED, NEAR));
    tasks.add(new Task("t4", "web.4", "n3", TaskState.RUNNING, Reach.none("no ingress_sbox")));
    Service web =
        new Service(
            "s1",
            "web",
            1,
            Policy.DEFAULT,
            List.of(new Publication(PublishedPort.tcp(8080), 80)),
            List.of(
                new VirtualIp("net1", "backend", InetAddress.ofLiteral("10.0.1.2")),
                new VirtualIp("net2", "ingress", InetAddress.ofLiteral("10.0.0.5"))),
            tasks);
    Service api =
        new Service(
            "s2",
            "api",
            NARROWED,
            List.of(new Publication(new PublishedPort(5353, Protocol.UDP), 53)),
            List.of());
    Node other = new Node("n2", "worker-2", InetAddress.ofLiteral("192.0.2.2"));
    return new Topology(List.of(web, api), List.of(other), newest);
  }
}
