package io.tidegate.control;

import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Topology;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Decides which routing table is in force and publishes it whole. Runs on one thread, which calls
 * {@link #doWork()}; tests call it by hand.
 *
 * <pre>
 *  topology   1       2 3 4                5
 *  table      1       2       4            5
 *             at once         50 ms after 2: the newest of the burst, and not at all if it changes nothing
 * </pre>
 */
public final class ControlLoop implements Agent {

  /** How close two tables may follow one another. */
  public static final Duration COALESCE = Duration.ofMillis(50);

  private static final Duration LONGEST_IDLE = Duration.ofSeconds(1);

  // Topologies are whole: only the newest matters, so a mailbox of one neither grows nor loses
  // anything.
  private final AtomicReference<@Nullable Topology> mailbox = new AtomicReference<>();
  private final NanoClock clock;
  private final Consumer<RoutingTable> publisher;
  private final Consumer<Topology> inForce;

  // Control thread only.
  private Routes routes = Routes.NONE;
  private RoutingTable table = RoutingTable.EMPTY;
  private long publishedAtNanos;

  /**
   * @param publisher gets each new table, on the control thread
   */
  public ControlLoop(NanoClock clock, Consumer<RoutingTable> publisher) {
    this(clock, publisher, _ -> {});
  }

  /**
   * @param publisher gets each new table, on the control thread
   * @param inForce gets each topology that the table in force says all of, afterwards; one that a
   *     newer one has overtaken never comes here
   */
  public ControlLoop(
      NanoClock clock, Consumer<RoutingTable> publisher, Consumer<Topology> inForce) {
    this.clock = clock;
    this.publisher = publisher;
    this.inForce = inForce;
    publishedAtNanos = clock.nanoTime() - COALESCE.toNanos();
  }

  /** Hands over all that is known now. For any thread; whoever runs the loop must be woken. */
  public void offer(Topology topology) {
    mailbox.set(topology);
  }

  @Override
  public int doWork() {
    long nowNanos = clock.nanoTime();
    if (mailbox.get() == null || nowNanos - publishedAtNanos < COALESCE.toNanos()) {
      return 0;
    }
    Topology topology = mailbox.getAndSet(null);
    if (topology != null) {
      routes = routes.next(topology);
      publish(routes.table(table.version() + 1), nowNanos);
      inForce.accept(topology);
    }
    return 1;
  }

  /** For how long nothing will be due unless something is offered; 0 or less if something is. */
  public long idleNanos() {
    return mailbox.get() == null
        ? LONGEST_IDLE.toNanos()
        : publishedAtNanos + COALESCE.toNanos() - clock.nanoTime();
  }

  private void publish(RoutingTable next, long nowNanos) {
    if (table.version() > 0 && next.isSameAs(table)) {
      return;
    }
    table = next;
    publishedAtNanos = nowNanos;
    publisher.accept(table);
  }

  @Override
  public String roleName() {
    return "control";
  }
}
