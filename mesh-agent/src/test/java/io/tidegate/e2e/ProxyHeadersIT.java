package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * HAProxy and nginx as tasks on two nodes read the headers that tell them who their clients are,
 * and say what they have read. The clients are outside of the Swarm. (Neither reads any before
 * datagrams.)
 */
class ProxyHeadersIT extends AgentScenarios {

  private static final String IMAGE = "tidegate-lab/proxies";
  private static final int CLIENTS = 3_000;
  private static final int CLIENTS_BY_IPV6 = 300;
  private static final int TIMEOUT_MILLIS = 10_000;
  private static final Set<String> TASK_NODES = Set.of("n1", "n2");
  private static final int CHECKS_IN_A_ROW = 5;

  private static final List<Service> SERVICES =
      List.of(
          new Service(Program.HAPROXY, "proxy-v1", 8081),
          new Service(Program.HAPROXY, "proxy-v2", 8082),
          new Service(Program.NGINX, "proxy-v1", 8083),
          new Service(Program.NGINX, "proxy-v2", 8084));

  /** Each answers who its client is, what that has asked for, and on which node it runs itself. */
  private enum Program {
    HAPROXY(
        "exec haproxy -db -f /tmp/config",
        """
        defaults
          mode http
          timeout connect 5s
          timeout client 20s
          timeout server 20s
        frontend task
          bind :80 accept-proxy
          http-request return status 200 content-type text/plain \
        lf-string "%[src] %[src_port] %[dst] %[dst_port] %[hostname]"
        """),
    NGINX(
        "mkdir -p /var/lib/nginx; exec nginx -c /tmp/config",
        """
        user root;
        daemon off;
        pid /tmp/pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          server {
            listen 80 proxy_protocol;
            set $client "$proxy_protocol_addr $proxy_protocol_port";
            set $asked "$proxy_protocol_server_addr $proxy_protocol_server_port";
            return 200 "$client $asked $hostname";
          }
        }
        """);

    private final String command;
    private final String config;

    Program(String command, String config) {
      this.command = command;
      this.config = config;
    }

    String title() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Two tasks, one on each of two nodes, which are well only if they have passed checks. */
  private record Service(Program program, String header, int port) {

    String name() {
      return program.title() + "-" + header;
    }

    void create() {
      List<String> command =
          new ArrayList<>(List.of("service", "create", "--detach", "--name", name()));
      command.addAll(List.of("--replicas", "2", "--replicas-max-per-node", "1"));
      command.addAll(List.of("--constraint", "node.hostname!=n3", "--publish", port + ":80"));
      command.addAll(List.of("--hostname", "{{.Node.Hostname}}", "--env"));
      command.add("CONFIG=" + program.config);
      for (String label :
          List.of(
              "client-ip=" + header,
              "check=http",
              "check.start=unwell",
              "check.interval=500ms",
              "check.timeout=2s")) {
        command.addAll(List.of("--label", "tidegate." + label));
      }
      String start = "printf '%s' \"$CONFIG\" >/tmp/config; " + program.command;
      command.addAll(List.of(IMAGE, "sh", "-c", start));
      Swarm.docker(command.toArray(String[]::new));
    }
  }

  @BeforeAll
  static void packImage(@TempDir Path folder) {
    String tar = folder.resolve("proxies.tar").toString();
    List<String> command = new ArrayList<>(List.of("pack", tar));
    for (Program program : Program.values()) {
      command.add(Machine.requireProgram(program.title()).toString());
    }
    Lab.run(command.toArray(String[]::new));
    Lab.run("image", "all", IMAGE, tar, "ENV PATH=/bin:/usr/sbin");
  }

  @Test
  void haproxyAndNginxAsTasksReadTheAddressAndPortOfEveryClient() throws Exception {
    SERVICES.forEach(Service::create);
    SERVICES.forEach(service -> awaitTables(service.name(), TASK_NODES.size(), service.port));
    List<Future<Boolean>> asked =
        SERVICES.stream().map(service -> client.start(() -> ask(service))).toList();
    for (Future<Boolean> all : asked) {
      assertThat(all.get()).isTrue();
    }
    for (Service service : SERVICES) {
      assertChecksPass(service);
    }
  }

  private boolean ask(Service service) throws IOException {
    for (String node : Lab.nodes()) {
      int each = CLIENTS / Lab.nodes().size();
      assertReads(service, Lab.address("client"), Lab.address(node), each);
      each = CLIENTS_BY_IPV6 / Lab.nodes().size();
      assertReads(service, Lab.address6("client"), Lab.address6(node), each);
    }
    return true;
  }

  private static void assertReads(Service service, String from, String to, int times)
      throws IOException {
    Set<String> nodes = new TreeSet<>();
    InetSocketAddress node = new InetSocketAddress(to, service.port);
    for (int i = 0; i < times; i++) {
      try (Socket socket = new Socket()) {
        socket.connect(node, TIMEOUT_MILLIS);
        String[] read = Http.ask(socket, Http.request("lab", "/")).split(" ", -1);
        InetSocketAddress own = new InetSocketAddress(from, socket.getLocalPort());
        assertThat(socket.getLocalSocketAddress()).isEqualTo(own);
        assertThat(address(read[0], read[1])).as("client").isEqualTo(own);
        assertThat(address(read[2], read[3])).as("what it has asked for").isEqualTo(node);
        nodes.add(read[4]);
      }
    }
    assertThat(nodes).as("nodes of tasks that answered through %s", to).isEqualTo(TASK_NODES);
    report("%s: %d connections through %s: all read as they are", service.name(), times, to);
  }

  private static InetSocketAddress address(String address, String port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), Integer.parseInt(port));
  }

  /** Both take a header that names nobody, which comes with each check. */
  private void assertChecksPass(Service service) {
    for (String node : TASK_NODES) {
      Wait.seconds(20)
          .until(
              node + " finds its task of " + service.name() + " well",
              () -> {
                JsonNode endpoints = tables.route(node, service.port).path("endpoints");
                return endpoints.size() == TASK_NODES.size()
                    && endpoints.findValuesAsText("state").equals(List.of("ready", "ready"))
                    && hasPassed(endpoints.findValue("check"));
              });
    }
  }

  private static boolean hasPassed(JsonNode check) {
    return !check.path("unwell").asBoolean()
        && !check.hasNonNull("fault")
        && check.path("inARow").asInt() >= CHECKS_IN_A_ROW;
  }
}
