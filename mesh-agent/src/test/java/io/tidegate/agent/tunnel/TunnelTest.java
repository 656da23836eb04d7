package io.tidegate.agent.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What passes through a tunnel, and how it ends. */
@Timeout(60)
class TunnelTest {

  private static final int BULK = 8 << 20;
  private static final int MOST_IN_BUFFERS = 64 << 20;

  @TempDir private Path dir;
  private TunnelNodes nodes;
  private Socket client;
  private Socket task;

  @BeforeEach
  void open() throws Exception {
    nodes = new TunnelNodes(dir);
    TunnelNodes.Ends ends = nodes.tunnel(nodes.entry);
    client = ends.client();
    task = ends.task();
  }

  @AfterEach
  void close() throws Exception {
    nodes.close();
  }

  @Test
  void bytesPassBothWaysAtOnce() throws Exception {
    byte[] there = bytes(1);
    byte[] back = bytes(2);
    CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> say(client, there));
    CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> say(task, back));
    CompletableFuture<byte[]> heard = CompletableFuture.supplyAsync(() -> hearAll(task));
    assertThat(Arrays.equals(hearAll(client), back)).isTrue();
    assertThat(Arrays.equals(heard.join(), there)).isTrue();
    sent.join();
    answered.join();
    awaitNoTunnel();
    assertThat(nodes.near.status().out().failed()).isZero();
    assertThat(nodes.far.status().in().failed()).isZero();
  }

  @Test
  void singleBytesPassAtOnce() throws Exception {
    OutputStream out = client.getOutputStream();
    InputStream in = task.getInputStream();
    for (int i = 0; i < 2_000; i++) {
      out.write(i);
      int heard = in.read();
      task.getOutputStream().write(heard + 1);
      assertThat(client.getInputStream().read()).isEqualTo(i + 1 & 0xff);
    }
  }

  @Test
  void aClientsEndLeavesTheOtherDirectionOpen() throws Exception {
    endsAlone(client, task);
  }

  @Test
  void aTasksEndLeavesTheOtherDirectionOpen() throws Exception {
    endsAlone(task, client);
  }

  private void endsAlone(Socket ending, Socket other) throws Exception {
    ending.getOutputStream().write(7);
    ending.shutdownOutput();
    assertThat(other.getInputStream().readAllBytes()).containsExactly(7);
    byte[] answer = bytes(3);
    CompletableFuture<Void> said = CompletableFuture.runAsync(() -> say(other, answer));
    assertThat(Arrays.equals(hearAll(ending), answer)).isTrue();
    said.join();
    awaitNoTunnel();
  }

  @Test
  void aClientsResetIsAReset() throws Exception {
    reset(client);
    assertReset(task);
    awaitNoTunnel();
  }

  @Test
  void aTasksResetIsAReset() throws Exception {
    reset(task);
    assertReset(client);
    awaitNoTunnel();
  }

  @Test
  void aResetBehindAnEndIsNoticedThoughNothingIsSaid() throws Exception {
    client.shutdownOutput();
    assertThat(task.getInputStream().read()).isEqualTo(-1);
    reset(client);
    awaitNoTunnel();
  }

  @Test
  void whoeverTakesNothingHoldsUpTheOtherAlone() throws Exception {
    AtomicLong sent = new AtomicLong();
    byte[] said = bytes(4);
    CompletableFuture<Void> saying =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 16; i++) {
                sayPart(client, said, sent);
              }
              end(client);
            });
    await()
        .until(
            () -> {
              long before = sent.get();
              return before > 0 && !changesWithin(sent, before);
            });
    assertThat(sent.get()).isLessThan(MOST_IN_BUFFERS);
    // The other direction is free.
    task.getOutputStream().write(9);
    assertThat(client.getInputStream().read()).isEqualTo(9);
    for (int i = 0; i < 16; i++) {
      assertThat(Arrays.equals(task.getInputStream().readNBytes(BULK), said)).isTrue();
    }
    assertThat(task.getInputStream().read()).isEqualTo(-1);
    saying.join();
  }

  private static boolean changesWithin(AtomicLong value, long before) {
    try {
      await().atMost(Duration.ofSeconds(1)).until(() -> value.get() != before);
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  @Test
  void manyAtOnceDoNotMix() throws Exception {
    for (int i = 0; i < 50; i++) {
      TunnelNodes.Ends one = nodes.tunnel(nodes.entry);
      one.client().getOutputStream().write(i);
      int heard = one.task().getInputStream().read();
      one.task().getOutputStream().write(heard);
      assertThat(one.client().getInputStream().read()).isEqualTo(i);
    }
    assertThat(nodes.near.status().out().open()).isEqualTo(51);
    assertThat(nodes.far.status().in().opened()).isEqualTo(51);
  }

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[BULK];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void say(Socket socket, byte[] bytes) {
    sayPart(socket, bytes, new AtomicLong());
    end(socket);
  }

  private static void sayPart(Socket socket, byte[] bytes, AtomicLong sent) {
    try {
      for (int from = 0; from < bytes.length; from += 1 << 16) {
        socket.getOutputStream().write(bytes, from, 1 << 16);
        sent.addAndGet(1 << 16);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void end(Socket socket) {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] hearAll(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private static void assertReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  private void awaitNoTunnel() {
    await()
        .until(() -> nodes.near.status().out().open() == 0 && nodes.far.status().in().open() == 0);
  }
}
