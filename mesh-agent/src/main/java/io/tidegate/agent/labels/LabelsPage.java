package io.tidegate.agent.labels;

import java.util.stream.Collectors;

/** The table of labels as a page of documentation, {@code docs/labels.md}. */
public final class LabelsPage {

  private static final String HEAD =
      """
      # Labels

      <!-- Generated: ./tidegate labels --markdown > docs/labels.md -->

      A service declares by labels how Tidegate treats its clients, and needs none. In a compose file they stand under
      `deploy.labels`: those under `labels` mark containers and are not read. On the command line it is
      `docker service create --label tidegate.balance=round-robin …`, or `docker service update --label-add …`.

      | label | value | default | meaning |
      |---|---|---|---|
      """;

  private static final String TAIL =
      """

      A bad value changes nothing: the last good one stays in force, and the log names service, label, value and what is
      allowed. So does a label that begins with `tidegate.` and is not in this table, with the nearest name that is. Both
      are counted in `tidegate_discovery_rejected_total`. `tidegate lint` finds them before the service is deployed.

      In a file of routes (`--source file:…`) the same stands per route, without `tidegate.` and with dashes:
      `udp-responses`, `timeout-idle`, `limit-connections`; `hop`, `nodes`, `publish`, those of checks and of virtual addresses are
      not among them.

      ## Health checks

      A connect that is answered says that a task's kernel is there, not that the task is. A service whose image has no
      `HEALTHCHECK` can have its tasks asked by label:

      ```yaml
      tidegate.check: http                  # or tcp, or udp with tidegate.check.send
      tidegate.check.path: /health
      ```

      The agent on a task's own node asks, and no other: by its address on docker_gwbridge, which it has where the service is
      attached to an overlay network that is not internal. With the defaults a task that hangs is unwell after 2 to 3 s.
      All other nodes are told within milliseconds, and again every 10 s; when the agent that asked falls silent, they
      forget it after 30 s. A task that is unwell is picked only where fewer than half of the tasks are ready; where it is
      the only one, it is still tried. The log says what was wrong, `tidegate routes` and `/api/v1/routes` as well on the
      task's node, and `tidegate_checks_total` counts.

      ## The client's own address

      By default a task sees the agent as its client. With `tidegate.client-ip: proxy-v2` each connection to it begins with a
      header of the [PROXY protocol](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt), which nginx
      (`listen … proxy_protocol`), HAProxy (`accept-proxy`), Envoy, Postfix and many others read: it names the client, and the
      address that the client asked for. A task that does not read it takes it for garbage. Behind a load balancer that
      sends such headers itself, say so too, or the load balancer is all that tasks see:

      ```yaml
      tidegate.client-ip: proxy-v2
      tidegate.proxy-in: required
      tidegate.proxy-in.trusted: 10.0.0.11,10.0.0.12    # the load balancers
      ```

      Limits count the client that the header names. A header of version 2 has these besides: `0x05` an id of the connection,
      `0xE5` the service's id, `0xE6` its name, `0xE7` the task's id.

      With `optional`, a trusted client that has not begun a header after 300 ms is dialled without one: so long do clients
      wait whose task speaks first. Where all that come from there send headers, take `required`. No header need be sent by
      other addresses then, which may say what they like: it is all for the task. `tidegate_proxy_headers_total` counts
      what came, and why clients were refused.

      With `proxy-v2`, the first datagram of a UDP session goes behind a header, in one datagram; when its task is replaced,
      the first one to the next task. Where both are longer than a datagram may be, it goes without
      (`tidegate_proxy_headers_omitted_total`). Health checks of ports that the service publishes begin with a header that
      names nobody. Where the agent on the task's node is asked (a hop), that one writes the header, with the client's own
      address. Through another node otherwise (a detour), tasks see the node as their client, and with `required` none is made.

      With `tidegate.client-ip: transparent` the connection itself comes from the client's address and port, and datagrams do:
      for tasks that know of no header. What that needs of the nodes, of which clients a task cannot see the address, and how
      that shows, is in [client-address.md](client-address.md); `tidegate.client-ip.fallback` says what happens to those.

      ## Limits

      Each node counts alone, and each published port: a client that spreads its connections over three nodes may have three
      times as many. Who is too much is reset at once, whatever its turn; nobody waits for a limit. A service that is open to
      strangers is well served by limits per address, which keep one of them from taking what all others need:

      ```yaml
      tidegate.limit.source.connections: 200
      tidegate.limit.source.rate: 50        # and 50 at once after a second without any
      ```

      ## For whom

      `tidegate.allow` and `tidegate.deny` ask for the address that a client comes from, of IPv4 or IPv6:

      ```yaml
      tidegate.allow: 10.0.0.0/8,192.168.0.0/16,fd00::/8
      tidegate.deny: 10.66.0.0/16           # wins over allow
      ```

      Each node asks where a client comes in. Who is denied is reset, or its datagrams begin no session, before anything is
      dialled; `result="denied"` in `tidegate_connections_total` counts. A change holds for new clients and for those that
      wait: connections that are there go on, a UDP session of a client that is denied now ends with its next datagram.

      A node that helps another one out brings the clients of many addresses, and that one has asked each of them: so whoever
      comes from the address of another node is let in, as long as that node serves the port too. That goes for processes and
      containers there as well, which come from their node's address. Where those must not come either, they have to be kept
      out by other means.

      ## Where ports are bound

      By default a node serves a published port on all of its addresses, of IPv4 and IPv6. `tidegate.bind` names fewer, in
      whatever way fits all nodes, as a network inside of which clients are:

      ```yaml
      tidegate.bind: 10.20.0.0/16,fd20::/16 # or eth1, or the addresses of all nodes
      ```

      Each node binds what it has of that, several addresses beside one another, and looks every 5 s whether it has others
      now: an address that comes is bound, one that goes takes no new clients any more, and everything else goes on. Where
      there is nothing the node does not serve the port: `tidegate routes` says `nothing to bind` and why, the log says so
      once, `tidegate_listener_up` is 0, and the node stays ready.

      Other nodes that help out come to the address by which nodes know each other: where that is not bound, they cannot.
      Two services cannot have one port on different addresses: the older one has it on all nodes, as told below.

      ## On which nodes

      `tidegate.nodes` takes what `docker service create --constraint` takes, and means the same:

      ```yaml
      tidegate.nodes: node.labels.edge==yes,node.role!=manager
      ```

      Keys are `node.id`, `node.hostname`, `node.ip`, `node.role`, `node.platform.os`, `node.platform.arch`, `node.labels.NAME` and
      `engine.labels.NAME`; values are compared in whatever case, names of labels as they are. A node for which one of them
      does not hold does not bind the port: `tidegate routes` lists it as not served and says which, and other nodes do not
      turn to it for help. After `docker node update --label-add` serving follows like any other change; connections that
      are there go on. While no manager is heard, what was told last of a node holds; a node of which nothing was ever told,
      as by managers' agents of an older version, serves the port.

      `tidegate status` lists the routes of the node that are not for everybody or not everywhere, and the ports that it is
      not to serve; `tidegate resolve NAME` says what a service declares of that. `tidegate agent --check` tries each port where
      it would be bound, and says of which the node has no address.

      ## Virtual addresses

      What a service says of its clients holds for containers that come by its virtual address (VIP) too, where Tidegate serves
      those ([virtual-addresses.md](virtual-addresses.md)), and `tidegate.vip.NAME` says something else for them alone:

      ```yaml
      tidegate.vip: "on"                    # also where IPVS would do it; quoted, or YAML makes it a boolean
      tidegate.timeout.idle: 10m
      tidegate.vip.timeout.idle: 1h         # of containers that keep connections open
      ```

      Who may come is asked apart: `tidegate.allow` and `tidegate.deny` are of published ports, `tidegate.vip.allow` and
      `tidegate.vip.deny` of virtual addresses. Limits and parking count for all ports of one address together, by TCP and by UDP.
      `bind`, `nodes`, `hop`, `client-ip` and `proxy-in` say nothing of virtual addresses: tasks see the network's own address
      there, as they do with IPVS, and what is to be encrypted between nodes needs a network with `--opt encrypted`.

      ## Ports published by label

      `tidegate.publish` needs no `ports` in the compose file, and Docker's own mesh knows nothing of the port. What works:

      | where the task runs | how it is reached |
      |---|---|
      | on the node that the client asks | directly, by its address on docker_gwbridge: the service must be attached to an overlay network that is not internal |
      | on another node, and the service publishes a port through Docker too | directly, over the ingress network |
      | on another node otherwise | through the agent on that node, which serves the same port; only when no task on this node answers |

      The port is served by the nodes that see the service's labels. A service without any overlay network has no address
      that Tidegate could dial.

      ## Ranges of ports

      ```yaml
      tidegate.publish: 10000-20000:7000/udp                # all of them lead to port 7000 of a task
      tidegate.publish: 10000-20000:10000-20000/udp         # or each to one of its own: as many as are published
      ```

      A range is one route: one line in `tidegate routes`, one series of metrics (`port="10000-20000"`), and limits, parking
      and all other labels are for the range as a whole. It costs one socket per shard, protocol and family of addresses,
      whatever its size, and with UDP one more for each port that has sessions. It may be as large as the ports that there are.

      It needs CAP_NET_ADMIN and `nft`, as the stack file and the image have them: rules in the node's network, in the table
      `inet tidegate_ranges`, bring its clients to the agent, and are there only while a service publishes a range. Where
      one of the two is missing the range is not served on that node; the log, `tidegate routes` and
      `tidegate_range_failures_total` say so, and the node stays ready for everything else.

      A port of the range on which a program of the node listens, or that Docker leads elsewhere, stays with it. Connects
      that fail on a range with ports of their own say nothing of a task, which need not listen on all of them: nobody is
      ejected for that. In a file of routes there are no ranges.

      Of ranges that overlap, and of a range and a port within it, the oldest service has its own, and the younger one none
      of what it publishes there: that is a clash like the following.

      ## Two services, one port

      Docker refuses a port that is published twice through its mesh; labels are outside of its sight. When several services
      publish one port, by label or through Docker, the oldest keeps it, and of equally old ones, or where the age is not
      known, the one whose id comes first. The log names both sides once, `clashes` in `/api/v1/routes` has them for as long
      as it lasts, and `tidegate_port_clashes` counts them. When the keeper goes, the next oldest has the port at once.
      """;

  private LabelsPage() {}

  /** The whole page. */
  public static String markdown() {
    return HEAD + Labels.ALL.stream().map(LabelsPage::row).collect(Collectors.joining()) + TAIL;
  }

  private static String row(Label label) {
    return "| `%s` | %s | %s | %s |%n"
        .formatted(label.name(), label.type(), label.byDefault(), label.meaning());
  }

  /** The table for a terminal: two lines for each label. */
  public static String text() {
    return Labels.ALL.stream()
        .map(
            label ->
                "%s  %s; default: %s%n    %s%n"
                    .formatted(label.name(), label.type(), label.byDefault(), label.meaning()))
        .collect(Collectors.joining())
        .replace("`", "");
  }
}
