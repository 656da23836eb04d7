package io.tidegate.agent.linux;

import static io.tidegate.agent.linux.StrayTasks.NEAR;
import static io.tidegate.agent.linux.StrayTasks.PORT;
import static io.tidegate.agent.linux.StrayTasks.task;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.routing.Protocol;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An address that goes from one container to another while the table of the task's node says that
 * the first one has it.
 */
@Timeout(60)
class StrayHopTest {

  private static final InetAddress ADDRESS = InetAddress.ofLiteral("172.31.9.3");
  private static final InetAddress OTHER = InetAddress.ofLiteral("172.31.9.4");

  private StrayTasks tasks;

  @BeforeEach
  void connect() throws Exception {
    tasks = new StrayTasks();
  }

  @AfterEach
  void close() throws Exception {
    if (tasks != null) {
      tasks.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"172.31.9.3, 172.31.9.4", "fd00:9::3, fd00:9::4"})
  void reachesNobodyWhoHasTheAddressOfATaskNow(String had, String has) throws Exception {
    InetAddress address = InetAddress.ofLiteral(had);
    InetAddress other = InetAddress.ofLiteral(has);
    tasks.give(tasks.first, address);
    tasks.give(tasks.second, other);
    tasks.publish(
        Protocol.TCP, task("task-1", address, tasks.first), task("task-2", other, tasks.second));
    assertThat(ask(20)).contains(answer("first", address)).contains(answer("second", other));
    assertThat(tasks.strayed()).isZero();

    tasks.move(address, tasks.first, tasks.second);
    assertThat(ask(20)).containsOnly(answer("second", other));
    assertThat(tasks.strayed()).isPositive();
  }

  /** What asks a node for no task in particular finds one there that has its address, or none. */
  @Test
  void reachesNobodyByDetourEither() throws Exception {
    tasks.give(tasks.first, ADDRESS);
    tasks.publish(Protocol.TCP, task("task-1", ADDRESS, tasks.first));
    assertThat(tasks.ask(10_000)).isEqualTo(answer("first", ADDRESS));

    tasks.move(ADDRESS, tasks.first, tasks.second);
    assertThatThrownBy(() -> tasks.ask(1_000)).isInstanceOf(SocketTimeoutException.class);
    assertThat(tasks.strayed()).isPositive();
  }

  /** That this can happen at all, and that nothing else prevents it. */
  @Test
  void wouldReachThemIfNobodyLooked() throws Exception {
    tasks.give(tasks.first, ADDRESS);
    tasks.give(tasks.second, OTHER);
    tasks.publish(Protocol.TCP, task("task-1", ADDRESS, null), task("task-2", OTHER, null));

    tasks.move(ADDRESS, tasks.first, tasks.second);
    assertThat(ask(20)).contains(answer("second", ADDRESS));
  }

  @Test
  void reachesNobodyOnceTheNamespaceOfATaskIsGone() throws Exception {
    tasks.give(tasks.second, ADDRESS);
    tasks.give(tasks.second, OTHER);
    try (TestNamespace ended = TestNamespace.add()) {
      tasks.publish(
          Protocol.TCP, task("task-1", ADDRESS, ended), task("task-2", OTHER, tasks.second));
    }
    assertThat(ask(20)).containsOnly(answer("second", OTHER));
    assertThat(tasks.strayed()).isPositive();
  }

  @Test
  void datagramsReachNobodyWhoHasTheAddressOfATaskNow() throws Exception {
    tasks.give(tasks.first, ADDRESS);
    tasks.publish(Protocol.UDP, task("task-1", ADDRESS, tasks.first));
    assertThat(askByUdp(10_000)).isEqualTo("first");

    tasks.move(ADDRESS, tasks.first, tasks.second);
    assertThatThrownBy(() -> askByUdp(500)).isInstanceOf(SocketTimeoutException.class);
    assertThat(tasks.strayed()).isPositive();

    tasks.publish(Protocol.UDP, task("task-1", ADDRESS, null));
    assertThat(askByUdp(10_000)).isEqualTo("second");
  }

  private List<String> ask(int times) throws Exception {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      answers.add(tasks.ask(10_000));
    }
    return answers;
  }

  private static String answer(String name, InetAddress address) {
    return name + " " + address.getHostAddress();
  }

  private String askByUdp(int timeoutMillis) throws Exception {
    return TransparentNode.in(
        tasks.node,
        () -> {
          try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(timeoutMillis);
            socket.send(new DatagramPacket(new byte[1], 1, NEAR, PORT));
            DatagramPacket answer = new DatagramPacket(new byte[64], 64);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), US_ASCII);
          }
        });
  }
}
