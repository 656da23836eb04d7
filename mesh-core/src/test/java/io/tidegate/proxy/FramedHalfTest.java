package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tidegate.kernel.SockAddr;
import io.tidegate.kernel.TcpSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.random.RandomGeneratorFactory;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is said in frames, to a peer whose room is up at the worst moment. */
@Timeout(60)
class FramedHalfTest {

  private static final byte[] LAST_WORDS = {'n', 'e', 'x', 't'};

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Shard shard =
      new Shard(
          group.next(),
          ProxyFixture.configOfOneShard(),
          UpstreamSockets.none("not in this test"),
          new ConnectStreaks(SystemNanoClock.INSTANCE, _ -> {}),
          new ParkingPlaces(),
          new Imitations(),
          SystemNanoClock.INSTANCE,
          RandomGeneratorFactory.getDefault().create(1));
  private TcpSocket socket;
  private Socket peer;
  private Half half;

  /** One that waits for nobody. */
  private static final class Half extends FramedHalf {

    private boolean served;

    Half(TcpSocket socket) {
      super(
          socket,
          new Owner() {
            @Override
            public void onReady(RelayHalf half) {}

            @Override
            public void onBroken(RuntimeException e) {}
          },
          false);
    }

    @Override
    byte[] lastWords() {
      return LAST_WORDS;
    }

    @Override
    void heardBehind(Shard shard, int from, int to) {}

    @Override
    void serveAgain(Shard shard) {
      served = true;
    }
  }

  @BeforeEach
  void connect() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Arena arena = Arena.ofConfined()) {
      socket = TcpSocket.open(false);
      socket.connect(new SockAddr((InetSocketAddress) server.getLocalSocketAddress(), arena));
      peer = server.accept();
    }
    half = new Half(socket);
  }

  @AfterEach
  void close() throws IOException {
    socket.close();
    peer.close();
    var _ = group.shutdownGracefully();
  }

  /** Leaves no room; returns how many bytes that took. */
  private int fill() throws IOException {
    int filled = 0;
    for (int piece : new int[] {Shard.BUFFER_BYTES, 1}) {
      int taken = piece;
      while (taken > 0) {
        taken = socket.writeAddress(shard.bufferAddress(), 0, piece);
        filled += taken;
      }
    }
    return filled;
  }

  @Test
  void saysAnEndAndWhatFollowsItOnceThereIsRoom() throws IOException {
    int filled = fill();
    assertThat(half.endOutput(shard, true)).isFalse();
    assertThat(half.endOutput(shard, true)).isFalse();
    peer.getInputStream().skipNBytes(filled);
    Await.until(() -> half.endOutput(shard, true));
    assertThat(peer.getInputStream().readNBytes(8)).containsExactly(0, 0, 0, 0, 'n', 'e', 'x', 't');
    socket.endOutput();
    assertThat(peer.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void saysEachFrameWholeHoweverItIsCut() throws Exception {
    Random random = new Random(1);
    byte[] frame = new byte[Shard.BUFFER_BYTES];
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              try {
                for (int i = 0; i < 300; i++) {
                  random.nextBytes(frame);
                  say(frame);
                }
                Await.until(() -> half.endOutput(shard, false));
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    Random expected = new Random(1);
    byte[] seen = new byte[frame.length];
    for (int i = 0; i < 300; i++) {
      expected.nextBytes(seen);
      assertThat(peer.getInputStream().readNBytes(4)).containsExactly(0, 1, 0, 0);
      assertThat(peer.getInputStream().readNBytes(seen.length)).isEqualTo(seen);
    }
    assertThat(peer.getInputStream().readNBytes(4)).containsExactly(0, 0, 0, 0);
    writer.join();
  }

  /** As a flow does: what was not taken at once is kept, and said piece by piece. */
  private void say(byte[] frame) throws Exception {
    shard.buffer().put(0, frame);
    int taken = half.write(shard, frame.length);
    if (taken < frame.length) {
      var kept = shard.keep(shard.buffer(), taken, frame.length);
      Await.until(
          () -> {
            kept.skipBytes(half.write(shard, kept));
            return !kept.isReadable();
          });
      shard.release(kept);
    }
  }

  @Test
  void doesNotServeAgainWhoseEndWasNotHeard() throws IOException {
    assertThat(half.endOutput(shard, false)).isTrue();
    assertThat(half.mayServeAgain()).isFalse();
  }

  @Test
  void servesAgainOnceBothEndsWereSaid() throws Exception {
    peer.getOutputStream().write(new byte[] {0, 0, 0, 0});
    half.readable = true;
    Await.until(
        () -> {
          half.read(shard);
          return half.hasSaidAll();
        });
    assertThat(half.mayServeAgain()).isTrue();
    assertThat(half.endOutput(shard, true)).isTrue();
    half.finish(shard);
    assertThat(half.served).isTrue();
    assertThat(half.hasSaidAll()).isFalse();
  }
}
