package io.tidegate.proxy;

import io.tidegate.header.HopAnswer;
import io.tidegate.header.HopHeader;
import io.tidegate.header.HopHeaderException;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.metrics.ShardCounter;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of another agent, from its accept, or from the end of the client before, until it
 * has said for which task it is. It may wait for long before it begins to, and then has to be
 * quick.
 */
final class HopCall extends Timer implements RelayHalf.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(HopCall.class);

  static final Duration MOST_IDLE = Duration.ofMinutes(10);
  static final Duration MOST_READING = Duration.ofSeconds(5);

  private final Shard shard;
  private final HopListener listener;
  private final CallerHalf caller;
  private byte[] challenge = {};
  // With room for a byte more: what is read whole is never all there is room for.
  private final byte[] header = new byte[HopHeader.MOST_BYTES + 1];
  private int headerBytes;
  private boolean hurries;
  private boolean over;

  /** One that was accepted. */
  HopCall(Shard shard, HopListener listener, TcpSocket socket) {
    this.shard = shard;
    this.listener = listener;
    caller = new CallerHalf(socket, this, listener);
    shard.admission().clientCame();
  }

  /** One whose client is served. */
  HopCall(Shard shard, HopListener listener, CallerHalf caller) {
    this.shard = shard;
    this.listener = listener;
    this.caller = caller;
    caller.handOver(this);
    shard.admission().clientCame();
  }

  void begin() {
    begin(null);
  }

  /**
   * Begins to wait.
   *
   * @param saidChallenge what is to be answered, where it was said already
   */
  void begin(byte @Nullable [] saidChallenge) {
    try {
      if (saidChallenge == null) {
        challenge = listener.challenge();
        say(challenge);
      } else {
        challenge = saidChallenge;
      }
      caller.register(shard, true);
      shard.clock().start(MOST_IDLE, this);
    } catch (IOException e) {
      end();
    }
  }

  private void say(byte... bytes) throws IOException {
    shard.buffer().put(0, bytes);
    if (caller.socket.writeAddress(shard.bufferAddress(), 0, bytes.length) != bytes.length) {
      throw new IOException("it takes nothing");
    }
  }

  @Override
  public void onReady(RelayHalf half) {
    if (over) {
      return;
    }
    try {
      boolean more = true;
      while (more && !isWhole()) {
        more = read();
      }
      if (isWhole()) {
        onHeader();
      } else if (headerBytes > 0 && !hurries) {
        hurry();
      }
    } catch (HopHeaderException e) {
      LOG.debug("hops: not understood: {}", e.getMessage());
      refuse(HopAnswer.NOT_BELIEVED);
    } catch (IOException e) {
      end();
    }
  }

  /**
   * Reads what there is: who asks says no more than a header before it is answered. True where an
   * end is to be read behind it.
   */
  private boolean read() throws IOException {
    int room = header.length - headerBytes;
    int read = caller.socket.readAddress(shard.bufferAddress(), 0, room);
    if (read < 0) {
      throw new IOException("it has ended");
    }
    shard.buffer().get(0, header, headerBytes, read);
    headerBytes += read;
    caller.onEmptied();
    return read > 0 && caller.readable;
  }

  private boolean isWhole() throws HopHeaderException {
    if (headerBytes < HopHeader.PREFIX_BYTES) {
      return false;
    }
    int length = HopHeader.length(header);
    if (headerBytes > length) {
      throw new HopHeaderException("%d bytes behind it".formatted(headerBytes - length));
    }
    return headerBytes == length;
  }

  private void hurry() {
    hurries = true;
    shard.clock().stop(this);
    shard.clock().start(MOST_READING, this);
  }

  private void onHeader() throws HopHeaderException {
    byte[] bytes = Arrays.copyOf(header, headerBytes);
    HopHeader asked = HopHeader.read(bytes);
    if (!HopHeader.isSealed(bytes, listener.gate().secret().derive(asked.caller()), challenge)) {
      throw new HopHeaderException("not sealed by " + asked.caller());
    }
    if (asked.protocol() == Protocol.UDP && !listener.gate().takesDatagrams()) {
      throw new HopHeaderException("datagrams by TLS, asked for by " + asked.caller());
    }
    shard.clock().stop(this);
    over = true;
    listener.leave(this);
    if (asked.protocol() == Protocol.UDP) {
      HopOpening.begin(shard, listener, caller, asked);
    } else {
      ServedRoute served =
          shard.served().routeOf(new PublishedPort(asked.publishedPort(), Protocol.TCP));
      HopDial.begin(shard, served, caller, asked);
    }
  }

  /** Tells why nothing comes of it. */
  void refuse(HopAnswer why) {
    shard.counters().of(ShardCounter.HOPS_REFUSED).increment();
    try {
      say(why.code());
    } catch (IOException e) {
      LOG.debug("hops: cannot say so: {}", e.getMessage());
    }
    end();
  }

  private void end() {
    if (!over) {
      over = true;
      listener.leave(this);
      shard.clock().stop(this);
      shard.admission().clientLeft();
      shard.retire(caller);
    }
  }

  @Override
  void onExpired(long nowNanos) {
    end();
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("hops: a call broke off", e);
    end();
  }

  @Override
  void abandon() {
    end();
  }
}
