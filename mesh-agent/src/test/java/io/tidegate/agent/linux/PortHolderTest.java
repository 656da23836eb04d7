package io.tidegate.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Protocol;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortHolderTest {

  private static final List<String> TCP =
      List.of(
          "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
              + "  timeout inode",
          "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0"
              + "        0 1184 1 00000000a5b65a9f 100 0 0 10 0",
          "   1: 0100007F:1F90 0100007F:4AEC 01 00000000:00000000 03:000002B3 00000000     0"
              + "        0 77 3 000000004bb610bb",
          "   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 03:000002B4 00000000     0"
              + "        0 1185 3 00000000aa6920a8");

  @Test
  void namesTheProcess(@TempDir Path proc) throws Exception {
    writeTable(proc);
    Path fds = Files.createDirectories(proc.resolve("123/fd"));
    Files.writeString(proc.resolve("123/comm"), "dockerd\n");
    Files.createSymbolicLink(fds.resolve("7"), Path.of("socket:[1184]"));

    assertThat(PortHolder.describe(8080, Protocol.TCP, proc))
        .isEqualTo("held by dockerd (pid 123)");
  }

  @Test
  void admitsThatItMayNotLook(@TempDir Path proc) throws Exception {
    writeTable(proc);

    assertThat(PortHolder.describe(8080, Protocol.TCP, proc))
        .isEqualTo("held by a process that this one may not look at");
  }

  @Test
  void saysNothingAboutAFreePort(@TempDir Path proc) throws Exception {
    writeTable(proc);

    assertThat(PortHolder.describe(8082, Protocol.TCP, proc)).isNull();
  }

  @Test
  void readsNoConnectionsBehindTheListeningSockets(@TempDir Path proc) throws Exception {
    writeTable(proc);

    assertThat(PortHolder.describe(8081, Protocol.TCP, proc)).isNull();
  }

  @Test
  void findsThisProcess() throws Exception {
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

      assertThat(PortHolder.describe(listener.getLocalPort(), Protocol.TCP))
          .endsWith("(pid " + ProcessHandle.current().pid() + ")");
    }
  }

  @Test
  void findsWhoHoldsAUdpPort() throws Exception {
    try (DatagramSocket holder = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      assertThat(PortHolder.describe(holder.getLocalPort(), Protocol.UDP))
          .endsWith("(pid " + ProcessHandle.current().pid() + ")");
      assertThat(PortHolder.describe(holder.getLocalPort(), Protocol.TCP)).isNull();
    }
  }

  private static void writeTable(Path proc) throws Exception {
    Path table = proc.resolve("self/net/tcp");
    Files.createDirectories(table.getParent());
    Files.write(table, TCP);
  }
}
