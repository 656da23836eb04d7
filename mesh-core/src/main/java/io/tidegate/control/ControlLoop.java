package io.tidegate.control;

import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import io.tidegate.routing.Testimony;
import io.tidegate.routing.Topology;
import io.tidegate.routing.VirtualPort;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
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
 *
 * <p>What becomes of connects, and the time alone, can lead to a table too: endpoints are ejected
 * and come back.
 */
public final class ControlLoop implements Agent {

  /** How close two tables may follow one another. */
  public static final Duration COALESCE = Duration.ofMillis(50);

  /** For how long tasks that drain are picked where there are no others. */
  public static final Duration LAST_RESORT = Eligibility.LAST_RESORT;

  private static final Duration LONGEST_IDLE = Duration.ofSeconds(1);
  private static final int MOST_OUTCOMES = 1 << 10;

  // Topologies are whole: only the newest matters, so a mailbox of one neither grows nor loses
  // anything.
  private final AtomicReference<@Nullable Topology> mailbox = new AtomicReference<>();
  private final ManyToOneConcurrentArrayQueue<ConnectOutcome> outcomes =
      new ManyToOneConcurrentArrayQueue<>(MOST_OUTCOMES);
  private final NanoClock clock;
  private final Consumer<RoutingTable> publisher;
  private final Consumer<Topology> inForce;
  private final Consumer<List<Testimony>> others;

  // Control thread only.
  private final Health health;
  private final Eligibility<PublishedPort> eligibility;
  private final Eligibility<VirtualPort> virtualEligibility;
  private Routes routes = Routes.NONE;
  private VirtualRoutes virtual = VirtualRoutes.NONE;
  private RoutingTable table = RoutingTable.EMPTY;
  private long publishedAtNanos;

  /**
   * One that nobody tells of connects.
   *
   * @param publisher gets each new table, on the control thread
   */
  public ControlLoop(NanoClock clock, Consumer<RoutingTable> publisher) {
    this(clock, () -> 0, publisher, _ -> {}, (_, _) -> {}, _ -> {});
  }

  /**
   * @param random spreads the ends of ejections
   * @param publisher gets each new table, on the control thread
   * @param inForce gets each topology that the table in force says all of, afterwards; one that a
   *     newer one has overtaken never comes here
   * @param prober is asked on the control thread
   * @param others gets what this node tells others as a witness, on the control thread
   */
  public ControlLoop(
      NanoClock clock,
      RandomGenerator random,
      Consumer<RoutingTable> publisher,
      Consumer<Topology> inForce,
      Prober prober,
      Consumer<List<Testimony>> others) {
    this.clock = clock;
    this.publisher = publisher;
    this.inForce = inForce;
    this.others = others;
    health = new Health(random, prober);
    eligibility = new Eligibility<>(health);
    virtualEligibility = new Eligibility<>(health);
    publishedAtNanos = clock.nanoTime() - COALESCE.toNanos();
  }

  /** Hands over all that is known now. For any thread; whoever runs the loop must be woken. */
  public void offer(Topology topology) {
    mailbox.set(topology);
  }

  /**
   * Tells how a connect ended; false if there were too many others to tell of. For any thread;
   * whoever runs the loop must be woken.
   */
  public boolean offer(ConnectOutcome outcome) {
    return outcomes.offer(outcome);
  }

  @Override
  public int doWork() {
    long nowNanos = clock.nanoTime();
    int heard = hear(nowNanos);
    health.onTime(routes.topology(), nowNanos);
    tellOthers();
    return publishInNanos(nowNanos, 1) > 0 ? heard : heard + decide(nowNanos);
  }

  private int hear(long nowNanos) {
    int heard = 0;
    ConnectOutcome outcome = outcomes.poll();
    while (outcome != null) {
      health.onOutcome(outcome, routes.topology(), nowNanos);
      heard++;
      outcome = outcomes.poll();
    }
    return heard;
  }

  private void tellOthers() {
    List<Testimony> testimonies = health.takeTestimonies();
    if (!testimonies.isEmpty()) {
      others.accept(testimonies);
    }
  }

  private int decide(long nowNanos) {
    Topology topology = mailbox.getAndSet(null);
    if (topology != null) {
      health.onTopology(routes.topology(), topology, nowNanos);
      routes = routes.next(topology, eligibility, nowNanos);
      virtual = virtual.next(topology, virtualEligibility, nowNanos);
    }
    decideAgain(nowNanos);
    publish(routes.table(table.version() + 1).with(virtual.byPort()), nowNanos);
    if (topology != null) {
      inForce.accept(topology);
    }
    return 1;
  }

  /** The routes of the same topology of which other endpoints may be picked by now. */
  private void decideAgain(long nowNanos) {
    Set<String> touched = health.takeTouched();
    routes =
        routes
            .again(touched, eligibility, nowNanos)
            .again(eligibility.takeExpired(nowNanos), eligibility, nowNanos);
    virtual =
        virtual
            .again(touched, virtualEligibility, nowNanos)
            .again(virtualEligibility.takeExpired(nowNanos), virtualEligibility, nowNanos);
  }

  /** For how long nothing will be due unless something is offered; 0 or less if something is. */
  public long idleNanos() {
    long nowNanos = clock.nanoTime();
    return outcomes.isEmpty()
        ? health.dueInNanos(nowNanos, publishInNanos(nowNanos, LONGEST_IDLE.toNanos()))
        : 0;
  }

  /** In how many nanoseconds a table may be due, or a limit that is sooner. */
  private long publishInNanos(long nowNanos, long limitNanos) {
    long dueInNanos =
        mailbox.get() != null || health.isTouched()
            ? 0
            : eligibility.dueInNanos(nowNanos, virtualEligibility.dueInNanos(nowNanos, limitNanos));
    long restNanos = publishedAtNanos + COALESCE.toNanos() - nowNanos;
    return dueInNanos < limitNanos ? Math.max(dueInNanos, restNanos) : limitNanos;
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
