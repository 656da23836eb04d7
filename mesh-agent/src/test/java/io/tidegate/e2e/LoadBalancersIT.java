package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tidegate.agent.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The examples of {@code deploy/load-balancers} as they are, but for the addresses: a balancer, two
 * agents behind it on loopback addresses of their own, one task.
 */
class LoadBalancersIT {

  private static final Logger LOG = LoggerFactory.getLogger(LoadBalancersIT.class);

  private static final List<String> NODES = List.of("127.0.0.11", "127.0.0.12");
  private static final String LOOPBACK = "127.0.0.1";
  private static final Path EXAMPLES = Lab.ROOT.resolve("deploy/load-balancers");

  private static final Pattern SERVED =
      Pattern.compile("tidegate_connections_total\\{.*result=\"ok\".*} [1-9]");
  private static final byte[] OK = "ok".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;
  private final List<Process> started = new ArrayList<>();
  private final int port = FreePort.any();
  private final int adminPort = FreePort.any();
  private final int checkPort = FreePort.any();
  private final int frontPort = FreePort.any();
  private HttpServer task;

  @BeforeEach
  void listen() throws IOException {
    task = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral(LOOPBACK), 0), 1024);
    task.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    task.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, OK.length);
          exchange.getResponseBody().write(OK);
          exchange.close();
        });
    task.start();
    Files.writeString(
        folder.resolve("routes.yml"),
        "routes: [{port: %d, name: web, endpoints: ['%s:%d']}]"
            .formatted(port, LOOPBACK, task.getAddress().getPort()));
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : started) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    task.stop(0);
  }

  @Test
  void noRequestThroughHaproxyFailsWhileAnAgentEndsAndComesBack() throws Exception {
    Path config = example("haproxy.cfg");
    assertNothingFails("haproxy", "haproxy", "-db", "-f", config.toString());
  }

  @Test
  void noRequestThroughNginxFailsWhileAnAgentEndsAndComesBack() throws Exception {
    Path config = example("nginx.conf");
    Files.writeString(
        config,
        ("load_module /usr/lib/nginx/modules/ngx_stream_module.so;"
                + " daemon off; pid %s; error_log stderr;\n%s")
            .formatted(folder.resolve("nginx.pid"), Files.readString(config)));
    assertNothingFails("nginx", "nginx", "-p", folder.toString(), "-c", config.toString());
  }

  private void assertNothingFails(String name, String... command) throws Exception {
    Machine.requireProgram(name);
    Process first = agent(0);
    agent(1);
    Process balancer = start(name, command);
    Wait.seconds(20)
        .until("requests come through", () -> Http.get(LOOPBACK, frontPort, "/") != null);
    List<Load.Request> requests;
    try (Place client = Place.here();
        Load load = Load.start(client, LOOPBACK, frontPort)) {
      load.goOnFor(Duration.ofSeconds(3));
      first.destroy();
      assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
      LOG.info("{}: an agent has ended at {} s", name, load.seconds());
      load.goOnFor(Duration.ofSeconds(2));
      agent(0);
      load.goOnFor(Duration.ofSeconds(4));
      // Whether it is well the balancer asks in its own time.
      Wait.seconds(20).until("the agent that came back has clients", this::firstHasClients);
      requests = load.stop();
    }
    String summary = Load.summary(requests);
    LOG.info("{}: {}", name, summary);
    assertThat(Load.failed(requests).size()).as("%s; %s", summary, said(balancer, name)).isZero();
  }

  private boolean firstHasClients() throws IOException {
    return SERVED.matcher(Http.get(NODES.getFirst(), adminPort, "/metrics")).find();
  }

  /** What became of the balancer, for whoever must find out why requests failed. */
  private static String said(Process balancer, String name) throws IOException {
    String state = balancer.isAlive() ? "runs" : "ended with " + balancer.exitValue();
    List<String> lines = Files.readAllLines(log(name));
    return "%s %s and said: %s"
        .formatted(name, state, lines.subList(Math.max(0, lines.size() - 20), lines.size()));
  }

  private Path example(String name) throws IOException {
    String text =
        Files.readString(EXAMPLES.resolve(name))
            .replace("192.0.2.11:8080", NODES.get(0) + ":" + port)
            .replace("192.0.2.12:8080", NODES.get(1) + ":" + port)
            .replace("0.0.0.0:8080", LOOPBACK + ":" + frontPort)
            .replace("agent-port 9182", "agent-port " + checkPort);
    return Files.writeString(folder.resolve(name), text);
  }

  private Process agent(int index) throws IOException {
    String address = NODES.get(index);
    Process agent =
        start(
            "agent-" + index,
            Lab.ROOT.resolve("tidegate").toString(),
            "agent",
            "--source=file:" + folder.resolve("routes.yml"),
            "--bind=" + address,
            "--admin=" + address + ":" + adminPort,
            "--agent-check=" + address + ":" + checkPort,
            "--shards=1");
    Wait.seconds(20)
        .until("agent is ready", () -> Http.get(address, adminPort, "/lb/web").equals("ok\n"));
    return agent;
  }

  private Process start(String name, String... command) throws IOException {
    Path log = log(name);
    Files.createDirectories(log.getParent());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    started.add(process);
    return process;
  }

  private static Path log(String name) {
    return Lab.ROOT.resolve("mesh-agent/target/e2e/balanced-" + name + ".log");
  }
}
