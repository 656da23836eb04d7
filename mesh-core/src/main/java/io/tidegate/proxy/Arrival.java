package io.tidegate.proxy;

import io.netty.buffer.ByteBuf;
import io.tidegate.header.Ends;
import io.tidegate.header.ProxyHeaderReader;
import io.tidegate.header.ProxyHeaderReader.Extent;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.ProxyHeaderResult;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ProxyIn;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that is yet to say by a PROXY protocol header whose connection it is: from its accept to
 * its dial. What it says behind the header is its own.
 *
 * <pre>
 *   accept              300 ms                                   5 s
 *     ├── optional: may begin a header ──┤                        │
 *     ├── required, and optional where one has begun ─────────────┤
 *     └─► header, or where it is optional something else ──► Dial
 * </pre>
 */
final class Arrival extends Timer implements RelayHalf.Owner {

  private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);

  /** For a header to be all there, from the accept on. */
  static final Duration LONGEST = Duration.ofSeconds(5);

  /**
   * For one that need not come to begin. A proxy sends it right behind its handshake; this is
   * enough for the kernel to send it once more, and what it costs those that wait for the task to
   * speak first.
   */
  static final Duration LONGEST_SILENCE = Duration.ofMillis(300);

  private final Shard shard;
  private final ServedRoute served;
  private final RelayHalf client;
  // Of the connection itself; null where the socket tells them no more.
  private final @Nullable Ends ends;
  private final long acceptedNanos;
  private final boolean isOptional;

  // What was read so far, which is no header yet; null for nothing.
  private @Nullable ByteBuf said;
  private boolean begun;
  private boolean watched;
  // The client is another's, or gone: more may be told of it in the batch of events that ended it.
  private boolean over;

  private Arrival(Shard shard, ServedRoute served, TcpSocket client, @Nullable Ends ends) {
    this.shard = shard;
    this.served = served;
    this.client = new RelayHalf(client, this, true);
    this.ends = ends;
    acceptedNanos = shard.clock().nanoTime();
    isOptional = served.route.policy().clientAddress().proxyIn() == ProxyIn.OPTIONAL;
  }

  /** Begins for a client that was just accepted by a route whose clients may send headers. */
  static void begin(Shard shard, ServedRoute served, TcpSocket client, @Nullable Ends ends) {
    shard.admission().clientCame();
    new Arrival(shard, served, client, ends).begin();
  }

  private void begin() {
    if (isTrusted()) {
      read();
    } else if (isOptional) {
      goOn(ends, null);
    } else {
      refuse(ProxyHeaderResult.UNTRUSTED, "its address is none of those that are trusted");
    }
  }

  private boolean isTrusted() {
    ClientAddress policy = served.route.policy().clientAddress();
    return ends != null && policy.trusts(ends.source().getAddress());
  }

  // --- reading ---

  @Override
  public void onReady(RelayHalf half) {
    if (!over) {
      read();
    }
  }

  /**
   * Reads until it is decided, or there is no more for now. That is known by a read of nothing
   * alone: behind a few bytes there may be the end, of which epoll does not tell again.
   */
  private void read() {
    ByteBuffer buffer = shard.buffer();
    int count = restore(buffer);
    Extent extent;
    int read;
    do {
      read = readBehind(count, Math.min(FirstBytes.READ_BYTES, shard.readLimit()));
      count += Math.max(read, 0);
      extent = ProxyHeaderReader.extent(buffer, count);
    } while (read > 0 && isUndecided(extent));
    decide(extent, count, read < 0);
  }

  /** Puts what was read before at the beginning of the shared buffer; returns its length. */
  private int restore(ByteBuffer buffer) {
    if (said == null) {
      return 0;
    }
    int length = said.readableBytes();
    said.getBytes(said.readerIndex(), buffer.limit(length));
    buffer.clear();
    return length;
  }

  private int readBehind(int count, int room) {
    try {
      return client.socket.readAddress(shard.bufferAddress(), count, count + room);
    } catch (IOException e) {
      // A reset: the client says no more, and hears nothing either.
      return -1;
    }
  }

  private static boolean isUndecided(Extent extent) {
    return extent == Extent.UNDECIDED || extent == Extent.BEGUN;
  }

  /**
   * @param count bytes at the beginning of the shared buffer
   * @param ended whether there will never be more
   */
  private void decide(Extent extent, int count, boolean ended) {
    begun = extent == Extent.BEGUN;
    switch (extent) {
      case UNDECIDED, BEGUN -> {
        keep(0, count);
        if (ended) {
          onEnded();
        } else {
          await();
        }
      }
      case ABSENT -> {
        keep(0, count);
        onNone(ProxyHeaderResult.MALFORMED, "what it said is no header");
      }
      case WHOLE -> onWhole(count);
      case OVERSIZED -> refuse(ProxyHeaderResult.OVERSIZED, "its header is too long");
    }
  }

  /** Keeps a part of the shared buffer in place of what was kept so far. */
  private void keep(int from, int to) {
    if (said != null) {
      shard.release(said);
    }
    said = from < to ? shard.keep(shard.buffer(), from, to) : null;
  }

  private void onWhole(int count) {
    int length = ProxyHeaderReader.length(shard.buffer());
    byte[] header = new byte[length];
    shard.buffer().get(0, header);
    try {
      Ends told = ProxyHeaderReader.read(header);
      keep(length, count);
      count(told == null ? ProxyHeaderResult.LOCAL : ProxyHeaderResult.READ);
      goOn(told == null ? ends : told, takeSaid());
    } catch (ProtocolException e) {
      refuse(ProxyHeaderResult.MALFORMED, e.getMessage());
    }
  }

  /** The client has ended its connection before any header was all there. */
  private void onEnded() {
    if (said == null && !isOptional) {
      leave(ConnectionResult.CLIENT_GONE);
    } else if (begun) {
      refuse(ProxyHeaderResult.TRUNCATED, "it ended within its header");
    } else {
      onNone(ProxyHeaderResult.TRUNCATED, "it ended within its header");
    }
  }

  /** There is no header, and what was said is the client's own if there need not be one. */
  private void onNone(ProxyHeaderResult otherwise, String why) {
    if (isOptional) {
      count(ProxyHeaderResult.NONE);
      goOn(ends, takeSaid());
    } else {
      refuse(otherwise, why);
    }
  }

  // --- waiting ---

  private void await() {
    if (watched) {
      return;
    }
    try {
      client.register(shard, true);
      watched = true;
      shard.clock().start(isOptional ? LONGEST_SILENCE : LONGEST, this);
    } catch (IOException e) {
      LOG.warn("{}: cannot watch a client's socket: {}", served.route.port(), e.getMessage());
      leave(ConnectionResult.PROXY_HEADER);
    }
  }

  @Override
  void onExpired(long nowNanos) {
    long restNanos = acceptedNanos + LONGEST.toNanos() - nowNanos;
    if (!begun) {
      onNone(ProxyHeaderResult.SLOW, "its header did not come in time");
    } else if (restNanos > 0) {
      shard.clock().start(restNanos, this);
    } else {
      refuse(ProxyHeaderResult.SLOW, "its header was not all there in time");
    }
  }

  // --- the end of it ---

  private @Nullable ByteBuf takeSaid() {
    ByteBuf taken = said;
    said = null;
    return taken;
  }

  /** The route may have changed meanwhile: the client is dialled by the one of now. */
  private void goOn(@Nullable Ends whose, @Nullable ByteBuf first) {
    over = true;
    shard.clock().stop(this);
    // What epoll has told of so far may not have been read to its end.
    client.readable |= watched;
    Dial.begin(shard, shard.served().current(served), client, whose, first);
  }

  private void refuse(ProxyHeaderResult result, @Nullable String why) {
    LOG.debug("{}: {} refused: {}", served.route.port(), ends, why);
    count(result);
    leave(ConnectionResult.PROXY_HEADER);
  }

  private void leave(ConnectionResult result) {
    over = true;
    shard.clock().stop(this);
    served.counters.connections(result).increment();
    shard.turnAway(client, takeSaid());
  }

  private void count(ProxyHeaderResult result) {
    served.counters.proxyHeaders(result).increment();
  }

  @Override
  public void onBroken(RuntimeException e) {
    LOG.warn("{}: reading a header broke off", served.route.port(), e);
    if (!over) {
      leave(ConnectionResult.PROXY_HEADER);
    }
  }

  @Override
  void abandon() {
    if (!over) {
      leave(ConnectionResult.CLIENT_GONE);
    }
  }
}
