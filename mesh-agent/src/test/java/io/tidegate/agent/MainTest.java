package io.tidegate.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own, with a file of routes. */
class MainTest {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final Pattern ADMIN = Pattern.compile("admin http://(\\S+)");

  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Process> started = new ArrayList<>();
  private ServerSocket task;
  private int port;

  @BeforeEach
  void listen() throws IOException {
    task = new ServerSocket(0, 50, LOOPBACK);
    port = FreePort.any();
    Files.writeString(
        folder.resolve("routes.yml"),
        "routes: [{port: %d, name: web, endpoints: ['127.0.0.1:%d']}]"
            .formatted(port, task.getLocalPort()));
  }

  @AfterEach
  void end() throws IOException {
    started.forEach(Process::destroyForcibly);
    client.close();
    task.close();
  }

  @Test
  void servesAndEndsInOrderAtASignal() throws Exception {
    Process process = start();
    HostPort admin = awaitReady();
    try (Socket downstream = new Socket(LOOPBACK, port);
        Socket upstream = task.accept()) {
      assertThat(answer(upstream, downstream, "hello")).isEqualTo("hello");
      assertThat(get(admin, "/api/v1/routes").body()).contains("\"active\" : 1");
      await().until(() -> log().contains("ready: serving " + port + "/tcp web"));

      process.destroy();
      await().until(() -> get(admin, "/readyz").statusCode() == 503);
      assertThat(get(admin, "/readyz").body()).isEqualTo("agent: draining\n");
      assertThat(answer(upstream, downstream, "still here")).isEqualTo("still here");
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(log())
        .containsSubsequence(
            "SIGTERM: stopping", "draining: 1 connections", "drained: every", "stopped");
  }

  @Test
  void takesClientsUntilLoadBalancersMustHaveNoticed() throws Exception {
    Process process = start("--lame-duck=1h");
    HostPort admin = awaitReady();
    assertThat(get(admin, "/lb/web").statusCode()).isEqualTo(200);

    process.destroy();
    await().until(() -> get(admin, "/readyz").statusCode() == 503);
    assertThat(get(admin, "/lb/web").statusCode()).isEqualTo(503);
    try (Socket downstream = new Socket(LOOPBACK, port);
        Socket upstream = task.accept()) {
      assertThat(answer(upstream, downstream, "just in time")).isEqualTo("just in time");
    }
    await().until(() -> log().contains("clients are still taken for 3600.0 s"));
    assertThat(log()).doesNotContain("draining:");
    process.destroy();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void closesItsListenersAfterTheLameDuckTime() throws Exception {
    Process process = start("--lame-duck=200ms", "--drain-timeout=1h");
    awaitReady();
    try (Socket downstream = new Socket(LOOPBACK, port);
        Socket upstream = task.accept()) {
      assertThat(answer(upstream, downstream, "hello")).isEqualTo("hello");
      process.destroy();
      await().until(() -> log().contains("draining: 1 connections"));
      await()
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> new Socket(LOOPBACK, port).close())
                      .isInstanceOf(ConnectException.class));
      assertThat(answer(upstream, downstream, "still here")).isEqualTo("still here");
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void saysWhereTheAgentCheckCannotBeAnswered() throws Exception {
    Process process = start("--agent-check=127.0.0.1:" + task.getLocalPort());
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(log())
        .contains(
            "agent-check 127.0.0.1:%d: Address already in use, held by java"
                .formatted(task.getLocalPort()));
  }

  @Test
  void resetsWhatHasNotFinishedWithinTheDrainTimeout() throws Exception {
    Process process = start("--drain-timeout=100ms");
    awaitReady();
    try (Socket downstream = new Socket(LOOPBACK, port);
        Socket upstream = task.accept()) {
      assertThat(answer(upstream, downstream, "hello")).isEqualTo("hello");
      process.destroy();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.exitValue()).isZero();
    assertThat(log()).contains("not drained: 1 connections are reset");
  }

  @Test
  void endsAtOnceAtASecondSignal() throws Exception {
    Process process = start("--drain-timeout=1h");
    awaitReady();
    try (Socket downstream = new Socket(LOOPBACK, port);
        Socket upstream = task.accept()) {
      assertThat(answer(upstream, downstream, "hello")).isEqualTo("hello");
      process.destroy();
      await().until(() -> log().contains("draining: 1 connections"));
      process.destroy();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.exitValue()).isEqualTo(128 + 15);
  }

  @Test
  void startsWhereThereAreMoreProcessorsThanShardsMayBe() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@src/main/dist/jvm.options",
                "-XX:ActiveProcessorCount=257",
                "-cp",
                AgentProcess.mainClassPath(),
                "io.tidegate.agent.Main",
                "--version")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    started.add(process);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(log()).startsWith("tidegate ");
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void saysInOneLineWhoHoldsTheAdminPort() throws Exception {
    Process process = start("--admin=127.0.0.1:" + task.getLocalPort());
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(log().lines())
        .singleElement()
        .asString()
        .endsWith(
            "admin 127.0.0.1:%d: Address already in use, held by java (pid %d)"
                .formatted(task.getLocalPort(), ProcessHandle.current().pid()));
  }

  @Test
  void saysInOneLineWhatIsWrongWithTheFile() throws Exception {
    Files.writeString(folder.resolve("routes.yml"), "routes: 7");
    Process process = start();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(log().lines().filter(line -> line.contains("ERROR")))
        .singleElement()
        .asString()
        .endsWith("routes.yml:1: routes: not a list (expected: a list)");
    assertThat(log()).doesNotContain("\tat ");
  }

  @Test
  void becomesReadyOnceAPortThatWasTakenIsFree() throws Exception {
    try (ServerSocket taken = new ServerSocket(port, 1, LOOPBACK)) {
      start();
      HostPort admin = awaitAdmin();
      await().until(() -> get(admin, "/readyz").body().contains("held by java (pid"));
      assertThat(get(admin, "/readyz").statusCode()).isEqualTo(503);
      assertThat(get(admin, "/readyz").body()).startsWith(port + "/tcp: ");
      assertThat(get(admin, "/metrics").body())
          .contains("tidegate_listener_up{port=\"" + port + "\",proto=\"tcp\"} 0.0\n");
      assertThat(taken.isBound()).isTrue();
    }
    awaitReady();
  }

  private Process start(String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@src/main/dist/jvm.options");
    command.add("-cp");
    command.add(AgentProcess.mainClassPath());
    command.add("io.tidegate.agent.Main");
    command.addAll(List.of("agent", "--source=file:" + folder.resolve("routes.yml")));
    command.addAll(List.of("--bind=127.0.0.1", "--shards=1"));
    if (!String.join(" ", args).contains("--admin")) {
      command.add("--admin=127.0.0.1:0");
    }
    if (!String.join(" ", args).contains("--lame-duck")) {
      command.add("--lame-duck=0s");
    }
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("TIDEGATE_"));
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private HostPort awaitAdmin() {
    await().until(() -> ADMIN.matcher(log()).find());
    Matcher matcher = ADMIN.matcher(log());
    assertThat(matcher.find()).isTrue();
    return HostPort.parse(matcher.group(1));
  }

  private HostPort awaitReady() {
    HostPort admin = awaitAdmin();
    await().until(() -> get(admin, "/readyz").statusCode() == 200);
    return admin;
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String answer(Socket from, Socket to, String text) throws IOException {
    from.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    return new String(to.getInputStream().readNBytes(text.length()), StandardCharsets.UTF_8);
  }

  private HttpResponse<String> get(HostPort admin, String path) {
    try {
      URI uri = URI.create("http://" + admin + path);
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
