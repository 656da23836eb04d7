package io.tidegate.proxy;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that the clients of one route come from, shared by the shards: the kernel spreads
 * the clients of one address over all of them. Known are those that have clients now or had some in
 * the last second, and no more than {@link #MOST}: whoever has more addresses than that is not
 * limited by address.
 */
final class Sources {

  /** Some 130 bytes each. */
  static final int MOST = 1 << 16;

  private final ConcurrentMap<Long, Source> byAddress = new ConcurrentHashMap<>();

  /**
   * Counts a client.
   *
   * @param address as {@link SourceAddress#counted} has it
   * @param most how many there may be of the address, or 0 for any number
   * @return where it is counted, or null if there are as many as may be
   */
  @Nullable Source enter(long address, int most, long nowNanos) {
    while (true) {
      Source source = of(address, nowNanos);
      switch (source.enter(most)) {
        case COUNTED -> {
          return source;
        }
        case FULL -> {
          return null;
        }
        case FORGOTTEN -> byAddress.remove(address, source);
      }
    }
  }

  /** That of the address, or one that nobody else will know where there are too many. */
  private Source of(Long address, long nowNanos) {
    Source known = byAddress.get(address);
    if (known != null) {
      return known;
    }
    Source fresh = new Source(nowNanos);
    Source other = size() < MOST ? byAddress.putIfAbsent(address, fresh) : null;
    return other == null ? fresh : other;
  }

  int size() {
    return byAddress.size();
  }

  /** Forgets those of which there is nothing to know any more. */
  void forgetIdle(long nowNanos) {
    for (Map.Entry<Long, Source> entry : byAddress.entrySet()) {
      if (entry.getValue().forget(nowNanos)) {
        byAddress.remove(entry.getKey(), entry.getValue());
      }
    }
  }
}
