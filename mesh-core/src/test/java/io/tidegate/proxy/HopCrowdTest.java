package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.metrics.ShardCounter;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many clients that share connections between two agents, come and go in every way, and never get a
 * byte of one another's.
 */
@Timeout(120)
class HopCrowdTest {

  private static final int CROWD = 24;
  private static final int VISITS = 60;
  private static final List<Parting> PARTINGS = List.of(Parting.values());

  /** How a client and its task part. */
  private enum Parting {
    CLIENT_ENDS_FIRST,
    TASK_ENDS_FIRST,
    CLIENT_RESETS,
    TASK_RESETS
  }

  /**
   * What the two say: each a stream by a seed of its own.
   *
   * @param up bytes of the client's
   * @param down bytes of the task's
   */
  private record Visit(Parting parting, long seed, int up, int down) {

    static Visit by(Random random) {
      Parting parting = PARTINGS.get(random.nextInt(PARTINGS.size()));
      // Now and then more than is ever passed on in frames.
      int most = random.nextInt(10) == 0 ? 2 << 20 : 3_000;
      return new Visit(parting, random.nextLong(), random.nextInt(most), random.nextInt(most));
    }

    void write(Socket socket) throws IOException {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeUTF(parting.name());
      out.writeLong(seed);
      out.writeInt(up);
      out.writeInt(down);
    }

    static Visit read(Socket socket) throws IOException {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      return new Visit(Parting.valueOf(in.readUTF()), in.readLong(), in.readInt(), in.readInt());
    }

    byte[] upward() {
      return stream(seed, up);
    }

    byte[] downward() {
      return stream(~seed, down);
    }

    private static byte[] stream(long seed, int length) {
      byte[] bytes = new byte[length];
      new Random(seed).nextBytes(bytes);
      return bytes;
    }
  }

  private final HopFixture hop = new HopFixture();

  @AfterEach
  void close() {
    hop.close();
  }

  private static void serve(Socket socket) throws IOException {
    Visit visit = Visit.read(socket);
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    switch (visit.parting) {
      case CLIENT_ENDS_FIRST -> {
        assertThat(in.readAllBytes()).isEqualTo(visit.upward());
        out.write(visit.downward());
      }
      case TASK_ENDS_FIRST -> {
        out.write(visit.downward());
        socket.shutdownOutput();
        assertThat(in.readAllBytes()).isEqualTo(visit.upward());
      }
      case CLIENT_RESETS -> {
        out.write(visit.downward());
        assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
      }
      case TASK_RESETS -> {
        assertThat(in.readNBytes(visit.up)).isEqualTo(visit.upward());
        socket.setSoLinger(true, 0);
      }
    }
  }

  private static void visit(Socket socket, Visit visit) throws IOException {
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    visit.write(socket);
    switch (visit.parting) {
      case CLIENT_ENDS_FIRST -> {
        out.write(visit.upward());
        socket.shutdownOutput();
        assertThat(in.readAllBytes()).isEqualTo(visit.downward());
      }
      case TASK_ENDS_FIRST -> {
        assertThat(in.readAllBytes()).isEqualTo(visit.downward());
        out.write(visit.upward());
      }
      case CLIENT_RESETS -> {
        assertThat(in.readNBytes(visit.down)).isEqualTo(visit.downward());
        socket.setSoLinger(true, 0);
      }
      case TASK_RESETS -> {
        out.write(visit.upward());
        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void nobodyGetsAByteOfAnother() throws Exception {
    try (var task = TestTask.that(HopCrowdTest::serve);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int port = hop.serveFromFar(task.address());
      List<Future<?>> crowd = new ArrayList<>();
      for (int i = 0; i < CROWD; i++) {
        Random random = new Random(i);
        crowd.add(threads.submit(() -> visitAgainAndAgain(port, random)));
      }
      for (Future<?> one : crowd) {
        one.get(100, TimeUnit.SECONDS);
      }
      Await.until(() -> task.connections() == CROWD * VISITS);
      assertThat(task.failures()).isEmpty();
      assertThat(hop.count(ShardCounter.HOP_CONNECTIONS)).isLessThan(CROWD * VISITS);
    }
    hop.awaitNothingOpen();
  }

  private Void visitAgainAndAgain(int port, Random random) throws IOException {
    for (int i = 0; i < VISITS; i++) {
      try (Socket client = hop.near.connect(port)) {
        visit(client, Visit.by(random));
      }
    }
    return null;
  }
}
