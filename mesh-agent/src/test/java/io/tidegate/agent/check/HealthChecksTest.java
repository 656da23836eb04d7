package io.tidegate.agent.check;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.source.CheckStatus.TaskCheck;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole of it, with a task that can hang, over loopback and in real time. */
class HealthChecksTest {

  private final BlockingQueue<TaskMark> told = new LinkedBlockingQueue<>();
  private final HealthChecks checks = new HealthChecks(told::addAll, new Random(1));
  private ServerSocket listener;
  // Held, or the garbage collector would close those of the task that hangs.
  private final Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
  private volatile boolean isHanging;

  @BeforeEach
  void start() throws IOException {
    listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    checks.start();
    checks.offer(topology(HealthCheck.OFF.withKind(HealthCheck.Kind.HTTP)));
  }

  @AfterEach
  void stop() throws IOException {
    checks.close();
    listener.close();
    for (Socket socket : accepted) {
      socket.close();
    }
  }

  /** Accepts while it hangs too: the kernel does that for a process that is stopped. */
  private void serve() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        accepted.add(socket);
        if (!isHanging) {
          socket.getInputStream().read(new byte[1_024]);
          socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
          socket.close();
        }
      } catch (IOException e) {
        // the client has reset, or the test is over
      }
    }
  }

  private Topology topology(HealthCheck check) {
    Task task =
        new Task(
            "t1",
            "web.1",
            "n1",
            TaskState.RUNNING,
            Reach.local(InetAddress.getLoopbackAddress(), "test"));
    return new Topology(
        List.of(
            new Service(
                "web",
                "web",
                Policy.of(BalancingPolicy.P2C).withCheck(check),
                List.of(new Publication(PublishedPort.tcp(8080), listener.getLocalPort())),
                List.of(task))));
  }

  @Test
  void tellsThatATaskAcceptsButNeverAnswers() throws InterruptedException {
    assertThat(next().kind()).isEqualTo(TaskMark.Kind.WELL);

    isHanging = true;
    assertThat(next().kind()).isEqualTo(TaskMark.Kind.UNWELL);
    assertThat(checks.status().tasks().get("t1"))
        .extracting(TaskCheck::fault)
        .asString()
        .endsWith("no answer within 500 ms");

    isHanging = false;
    assertThat(next().kind()).isEqualTo(TaskMark.Kind.WELL);
  }

  @Test
  void asksNobodyAnyMoreOnceNoServiceWantsIt() throws InterruptedException {
    assertThat(next().kind()).isEqualTo(TaskMark.Kind.WELL);

    checks.offer(topology(HealthCheck.OFF));
    await().until(() -> checks.status().tasks().isEmpty());
  }

  private TaskMark next() throws InterruptedException {
    return Objects.requireNonNull(told.poll(10, TimeUnit.SECONDS));
  }
}
