package io.tidegate.bench.sim;

import io.tidegate.agent.identity.RefusedException;
import io.tidegate.agent.peer.PeerNews;
import io.tidegate.agent.peer.WirelessSubscriber;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The agent of a node that is no manager: follows one manager after the other. */
final class Node {

  /** TCP, TLS and the call. */
  private static final int ROUND_TRIPS = 3;

  final SwarmNode machine;
  final Traffic traffic = new Traffic();
  private final World world;
  private final List<Manager> managers;
  private final LocalTable table;
  private WirelessSubscriber subscriber;
  private @Nullable Link link;
  private int next;
  private boolean isStreaming;
  private boolean hasFollowed;
  private long heardNanos;

  /** Grows with every step: what was set for an earlier one is of no interest any more. */
  private long step;

  /**
   * @param managers in the order in which it tries them
   */
  Node(SwarmNode machine, List<Manager> managers, World world) {
    this.machine = machine;
    this.managers = managers;
    this.world = world;
    this.table = new LocalTable(machine, world);
    this.subscriber = subscriber();
  }

  private WirelessSubscriber subscriber() {
    return new WirelessSubscriber(World.LIMITS, world.understood());
  }

  String id() {
    return machine.id;
  }

  LocalTable table() {
    return table;
  }

  long refused() {
    return traffic.refused;
  }

  @Nullable Link link() {
    return link;
  }

  boolean follows(Manager manager) {
    Link now = link;
    return now != null && now.manager == manager;
  }

  /** The agent starts, knowing nothing. */
  void start() {
    Link old = link;
    if (old != null) {
      old.cancel();
    }
    link = null;
    subscriber = subscriber();
    table.forget();
    attempt();
  }

  private void attempt() {
    long now = ++step;
    Manager manager = managers.get(next);
    next = (next + 1) % managers.size();
    hasFollowed = false;
    if (manager.isDown() && !manager.isRefusing()) {
      later(WirelessSubscriber.CONNECT.toNanos(), now, this::pause);
      return;
    }
    long wayNanos = 0;
    for (int i = 0; i < 2 * ROUND_TRIPS; i++) {
      wayNanos += world.network().delayNanos();
    }
    later(wayNanos, now, () -> connect(manager));
  }

  private void later(long delayNanos, long at, Runnable action) {
    world
        .time()
        .in(
            delayNanos,
            () -> {
              if (step == at && !machine.isLost) {
                action.run();
              }
            });
  }

  private void connect(Manager manager) {
    if (manager.isDown()) {
      pause();
      return;
    }
    Link opened = new Link(manager, this, world);
    link = opened;
    isStreaming = false;
    heardNanos = world.time().nanoTime();
    opened.open();
    awaitSilence(++step);
  }

  private void awaitSilence(long at) {
    long limitNanos = World.LIMITS.silenceLimit().toNanos();
    later(
        heardNanos + limitNanos - world.time().nanoTime(),
        at,
        () -> {
          if (world.time().nanoTime() - heardNanos >= limitNanos) {
            Objects.requireNonNull(link).cancel();
            onLost();
          } else {
            awaitSilence(at);
          }
        });
  }

  /** The publisher ended the stream, or the connection broke. */
  void onEnd(Link ended, String why) {
    if (ended == link && !machine.isLost) {
      onLost();
    }
  }

  private void onLost() {
    link = null;
    table.onLost();
    pause();
  }

  private void pause() {
    long nanos = subscriber.pause(hasFollowed, world.random().nextDouble()).toNanos();
    later(nanos, ++step, this::attempt);
  }

  void onMessage(Link from, byte[] message) {
    if (from != link) {
      return;
    }
    heardNanos = world.time().nanoTime();
    if (!isStreaming) {
      isStreaming = true;
      subscriber.onStream();
    }
    try {
      PeerNews.Told news = subscriber.take(from.manager.id(), message);
      traffic.add(news, hasFollowed, message.length);
      if (news != null) {
        onNews(news);
      }
    } catch (RefusedException e) {
      traffic.refused++;
      from.cancel();
      onLost();
    }
  }

  private void onNews(PeerNews.Told news) {
    switch (news) {
      case PeerNews.Whole whole -> {
        hasFollowed = true;
        Standing standing = world.standings().whole(table.known(), whole.version(), whole.state());
        table.onWhole(standing, whole.upTo());
      }
      case PeerNews.Changed changed -> {
        Standing at = Objects.requireNonNull(table.known());
        table.learn(world.standings().change(at, changed.version(), changed.commit()));
      }
      case PeerNews.Marked _, PeerNews.Unchanged _ -> {}
    }
  }
}
