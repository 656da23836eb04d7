package io.tidegate.agent.peer;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the agents of other nodes where they take clients, those that are wanted alone, and keeps
 * asking: the answer of each is a stream. One event loop owns all of it.
 */
public final class HopSeeker implements AutoCloseable {

  private static final int CLOSE_SECONDS = 5;

  private final LiveIdentity identity;
  private final PeerCheck check;
  private final Refusals refusals;
  private final Consumer<Map<String, HopTerms>> sink;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("peer-hops", true), EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final Random random = new Random();
  private final Map<String, HopStream> byNode = new HashMap<>();
  private final Map<String, HopTerms> terms = new HashMap<>();

  /**
   * @param sink gets all that is known whenever it is something else, by the ids of the nodes; on
   *     the seeker's event loop
   */
  public HopSeeker(
      LiveIdentity identity,
      PeerCheck check,
      Refusals refusals,
      Consumer<Map<String, HopTerms>> sink) {
    this.identity = identity;
    this.check = check;
    this.refusals = refusals;
    this.sink = sink;
  }

  /** These nodes are wanted, where they listen, and no others. From any thread. */
  public void seek(Map<String, InetSocketAddress> wanted) {
    Map<String, InetSocketAddress> all = Map.copyOf(wanted);
    post(() -> follow(all));
  }

  /** Has the sink told anew what is known. From any thread. */
  public void tellAgain() {
    post(() -> sink.accept(Map.copyOf(terms)));
  }

  private void follow(Map<String, InetSocketAddress> wanted) {
    for (Map.Entry<String, HopStream> known : Map.copyOf(byNode).entrySet()) {
      if (!known.getValue().target().equals(wanted.get(known.getKey()))) {
        byNode.remove(known.getKey());
        known.getValue().close();
        onTerms(known.getKey(), null);
      }
    }
    wanted.forEach(
        (nodeId, target) ->
            byNode.computeIfAbsent(
                nodeId,
                _ -> {
                  HopStream stream =
                      new HopStream(
                          nodeId, target, identity, check, refusals, loop, random, this::onTerms);
                  stream.open();
                  return stream;
                }));
  }

  private void onTerms(String nodeId, @Nullable HopTerms now) {
    HopTerms before = now == null ? terms.remove(nodeId) : terms.put(nodeId, now);
    if (now == null ? before != null : !now.equals(before)) {
      sink.accept(Map.copyOf(terms));
    }
  }

  private void post(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // closed: nobody is sought any more
    }
  }

  @Override
  public void close() {
    post(() -> byNode.values().forEach(HopStream::close));
    group
        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
