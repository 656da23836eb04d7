package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.ProxyIn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers as HAProxy and nginx read them, and as they write them. */
@Timeout(60)
class ProxyParsersTest {

  @TempDir Path folder;
  private final List<Process> started = new ArrayList<>();
  private final ProxyFixture proxy = new ProxyFixture();
  private final TestTask task = TestTask.echo();
  private final int port = ProxyFixture.freePort();

  @AfterEach
  void end() throws InterruptedException {
    proxy.close();
    task.close();
    for (Process process : started) {
      process.destroy();
      process.waitFor(20, TimeUnit.SECONDS);
    }
  }

  // --- read by others ---

  @ParameterizedTest
  @EnumSource(names = {"PROXY_V1", "PROXY_V2"})
  void haproxyReadsWhoTheClientIs(ClientIp told) throws Exception {
    haproxy(
        "http",
        """
        frontend task
          bind 127.0.0.1:%d accept-proxy
          http-request return status 200 content-type text/plain lf-string "%%ci:%%cp %%fi:%%fp."
        """);
    assertTaskIsTold(told);
  }

  @ParameterizedTest
  @EnumSource(names = {"PROXY_V1", "PROXY_V2"})
  void nginxReadsWhoTheClientIs(ClientIp told) throws Exception {
    nginx(
        """
        http {
          access_log off;
          server {
            listen 127.0.0.1:%d proxy_protocol;
            set $client $proxy_protocol_addr:$proxy_protocol_port;
            return 200 "$client $proxy_protocol_server_addr:$proxy_protocol_server_port.";
          }
        }
        """);
    assertTaskIsTold(told);
  }

  private void assertTaskIsTold(ClientIp told) throws IOException {
    Policy policy = Policy.DEFAULT.withClientAddress(ClientAddress.DEFAULT.withTold(told));
    int published =
        proxy.serve(
            Protocol.TCP, policy, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    for (int i = 0; i < 20; i++) {
      try (Socket client = proxy.connect(published)) {
        client.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
        String answer = new String(client.getInputStream().readAllBytes(), US_ASCII);
        assertThat(answer)
            .endsWith("127.0.0.1:%d 127.0.0.1:%d.".formatted(client.getLocalPort(), published));
      }
    }
  }

  // --- written by others ---

  @ParameterizedTest
  @ValueSource(
      strings = {"send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options unique-id"})
  void haproxySaysWhoTheClientIs(String option) throws Exception {
    int published = serveBehindHeaders();
    haproxy(
        "tcp",
        """
        listen front
          bind 127.0.0.1:%%d
          server node 127.0.0.1:%d %s
        """
            .formatted(published, option));
    assertClientIsNamed();
  }

  @Test
  void nginxSaysWhoTheClientIs() throws Exception {
    int published = serveBehindHeaders();
    nginx(
        """
        stream {
          server {
            listen 127.0.0.1:%%d;
            proxy_pass 127.0.0.1:%d;
            proxy_protocol on;
          }
        }
        """
            .formatted(published));
    assertClientIsNamed();
  }

  /** Serves a task that echoes, and so what it is told of its clients too. */
  private int serveBehindHeaders() {
    ClientAddress address =
        new ClientAddress(ProxyIn.REQUIRED, List.of(Cidr.parse("127.0.0.0/8")), ClientIp.PROXY_V1);
    return proxy.serve(Protocol.TCP, Policy.DEFAULT.withClientAddress(address), task.address());
  }

  private void assertClientIsNamed() throws IOException {
    for (int i = 0; i < 20; i++) {
      try (Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
        client.getOutputStream().write("hello".getBytes(US_ASCII));
        String expected =
            "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\nhello".formatted(client.getLocalPort(), port);
        // Unlike HAProxy, nginx ends both ways when one ends.
        byte[] told = client.getInputStream().readNBytes(expected.length());
        assertThat(new String(told, US_ASCII)).isEqualTo(expected);
      }
    }
  }

  // --- the others ---

  private void haproxy(String mode, String rest) throws IOException {
    Path config = folder.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        defaults
          mode %s
          timeout connect 5s
          timeout client 20s
          timeout server 20s
        %s
        """
            .formatted(mode, rest.formatted(port)));
    start("haproxy", "-db", "-f", config.toString());
  }

  private void nginx(String rest) throws IOException {
    Path config = folder.resolve("nginx.conf");
    Path module = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
    Files.writeString(
        config,
        "%s daemon off; master_process off; pid %s; error_log stderr; events {}\n%s"
            .formatted(
                Files.exists(module) ? "load_module " + module + ";" : "",
                folder.resolve("nginx.pid"),
                rest.formatted(port)));
    start("nginx", "-p", folder.toString(), "-c", config.toString());
  }

  private void start(String program, String... arguments) throws IOException {
    Path path = Path.of("/usr/sbin", program);
    assumeTrue(Files.isExecutable(path), "needs " + program);
    List<String> command = new ArrayList<>(List.of(path.toString()));
    command.addAll(List.of(arguments));
    Path log = folder.resolve(program + ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    started.add(process);
    Await.until(() -> !process.isAlive() || isListening());
    assertThat(process.isAlive()).as(() -> said(log)).isTrue();
  }

  private static String said(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
