package io.tidegate.proxy;

import io.tidegate.kernel.SockAddr;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.routing.HopOffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of one shard to the agents of other nodes, made before a client needs them: so that
 * one that is passed on waits for a single round trip, as if its task were dialled from here. Each
 * serves one client at a time, and comes back once the other agent has nothing left to do for it.
 * The one that came last is taken first: those that nobody needs grow old, and the other agent ends
 * them. What is taken is replaced at once; where more were wanted than were there, twice as many
 * are kept for a while.
 */
final class HopPool {

  private static final Logger LOG = LoggerFactory.getLogger(HopPool.class);

  private static final int FEWEST = 2;
  private static final int MOST = 64;
  // More than are ever asked for in advance: or what comes back would be closed, and opened anew.
  private static final int MOST_KEPT = 2 * MOST;
  private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Shard shard;
  private final Map<HopOffer, Warm> byOffer = new HashMap<>();

  HopPool(Shard shard) {
    this.shard = shard;
  }

  /**
   * A connection to an agent, warm if there is one.
   *
   * @param owner hears how it goes on
   * @throws IOException if there was none, and none can be begun
   */
  HopHalf take(HopOffer offer, RelayHalf.Owner owner) throws IOException {
    Warm warm = byOffer.computeIfAbsent(offer, Warm::new);
    HopHalf ready = warm.poll();
    if (ready == null) {
      ready = warm.open(owner);
    } else {
      ready.handOver(owner);
    }
    warm.refill();
    return ready;
  }

  /** Keeps a connection whose client is served, until the other agent is ready for the next. */
  void giveBack(HopHalf half) {
    Warm warm = byOffer.get(half.offer());
    if (warm == null) {
      shard.retire(half);
    } else {
      warm.giveBack(half);
    }
  }

  /** Closes all that is kept. */
  void close() {
    byOffer.values().forEach(Warm::close);
    byOffer.clear();
  }

  /** Those to one agent. */
  private final class Warm implements RelayHalf.Owner {

    private final HopOffer offer;
    private final SockAddr address;
    private final Deque<HopHalf> ready = new ArrayDeque<>();
    private final Set<HopHalf> opening = new HashSet<>();
    // Served here, but perhaps not there: nobody counts on them.
    private final Set<HopHalf> returning = new HashSet<>();
    private int wanted = FEWEST;
    private long calmSinceNanos;

    Warm(HopOffer offer) {
      this.offer = offer;
      address = new SockAddr(offer.address(), Arena.ofAuto());
    }

    @Nullable HopHalf poll() {
      HopHalf found = ready.poll();
      long nowNanos = shard.clock().nanoTime();
      if (found == null) {
        wanted = Math.min(2 * wanted, MOST);
        calmSinceNanos = nowNanos;
      } else if (wanted > FEWEST && nowNanos - calmSinceNanos > CALM_NANOS) {
        wanted--;
        calmSinceNanos = nowNanos;
      }
      return found;
    }

    void refill() {
      try {
        while (ready.size() + opening.size() < wanted) {
          opening.add(open(this));
        }
      } catch (IOException e) {
        LOG.debug("hops to {}: none can be kept warm: {}", offer.address(), e.getMessage());
      }
    }

    void giveBack(HopHalf half) {
      if (ready.size() + returning.size() >= MOST_KEPT) {
        shard.retire(half);
        return;
      }
      half.handOver(this);
      returning.add(half);
      onReady(half);
    }

    HopHalf open(RelayHalf.Owner owner) throws IOException {
      TcpSocket socket = shard.openSocket(offer.namespace(), address.isIpv6());
      HopHalf half = new HopHalf(shard, socket, owner, offer);
      try {
        half.socket.connect(address);
        half.register(shard, false);
        return half;
      } catch (IOException e) {
        shard.retire(half);
        throw e;
      }
    }

    @Override
    public void onReady(RelayHalf half) {
      HopHalf hop = (HopHalf) half;
      boolean isFine = !hop.isWritable() || hop.isArriving();
      if (!isFine) {
        drop(hop);
      } else if (hop.isWarm() && (opening.remove(hop) || returning.remove(hop))) {
        ready.push(hop);
      }
    }

    @Override
    public void onBroken(RuntimeException e) {
      LOG.warn("hops to {}: one broke off", offer.address(), e);
      close();
    }

    private void drop(HopHalf half) {
      if (opening.remove(half) || returning.remove(half) || ready.remove(half)) {
        shard.retire(half);
      }
      if (opening.isEmpty() && returning.isEmpty() && ready.isEmpty()) {
        byOffer.remove(offer, this);
      }
    }

    void close() {
      opening.forEach(shard::retire);
      opening.clear();
      returning.forEach(shard::retire);
      returning.clear();
      ready.forEach(shard::retire);
      ready.clear();
    }
  }
}
