package io.tidegate.proxy;

import static java.util.stream.Collectors.joining;

import io.netty.buffer.PooledByteBufAllocator;
import io.tidegate.metrics.ConnectionResult;
import io.tidegate.metrics.RouteStats;
import io.tidegate.metrics.ShardCounter;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What a data path says of itself, all counts since its start but the first.
 *
 * @param active relays now
 * @param refused clients that were accepted and then reset for want of a task
 * @param acceptPauses for lack of descriptors
 * @param heapBytes that were alive when last there was a collection
 * @param directBytes of buffers outside the heap, Netty's included
 * @param keptBytes of these, what is kept for receivers that did not take it at once
 */
record Vitals(
    long active,
    long connected,
    long refused,
    long acceptPauses,
    long heapBytes,
    long directBytes,
    long keptBytes) {

  static Vitals of(ProxyFixture proxy, int port) {
    RouteStats route = proxy.stats(port);
    long connections = route.connections().values().stream().mapToLong(Long::longValue).sum();
    long connected = route.connections().getOrDefault(ConnectionResult.OK, 0L);
    return new Vitals(
        route.active(),
        connected,
        connections - connected,
        proxy.shards.stats().shards().getOrDefault(ShardCounter.ACCEPT_PAUSES, 0L),
        heapAlive(),
        directMemory(),
        PooledByteBufAllocator.DEFAULT.pinnedDirectMemory());
  }

  private static long heapAlive() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .mapToLong(pool -> pool.getCollectionUsage().getUsed())
        .sum();
  }

  private static long directMemory() {
    long buffers =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return buffers + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
  }

  String line() {
    return LongStream.of(
            active, connected, refused, acceptPauses, heapBytes, directBytes, keptBytes)
        .mapToObj(Long::toString)
        .collect(joining(" "));
  }

  static Vitals parse(String line) {
    long[] values = Stream.of(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new Vitals(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
  }
}
