package io.tidegate.agent.takeover;

import io.tidegate.agent.takeover.RangeRules.Range;
import io.tidegate.proxy.ListenerStatus;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel bring the clients of ranges of ports to the agent, in its own network: one socket
 * for all of them is as good as thousands. Nothing is there while no service publishes a range. One
 * thread looks when the table changes, and every two seconds while there are ranges; whatever fails
 * is said once, counted, and tried again.
 *
 * <pre>
 *   a range ──► sockets, once ──► begin ──► rules ──► cease, where another agent follows
 *                                            │  ▲
 *                                            └──┘ ranges and addresses come and go
 * </pre>
 */
public final class RangeKeeper implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RangeKeeper.class);

  // Of looks, from one at the rules themselves to the next: that costs a process.
  private static final int LOOKS_PER_COMPARISON = 5;

  private final Supplier<RoutingTable> table;
  private final RangeSite site;
  private final boolean isIpv6;
  private final Watcher watcher = new Watcher("ranges", this::look, this::restNanos);

  // Under the lock of this, all below.
  private final FollowedPorts wanted = FollowedPorts.ofRanges();
  private @Nullable RangeTable rules;
  private @Nullable RangeRules form;
  private String written = "";
  private boolean isRefused;
  private boolean hasBegun;
  private boolean isOver;
  private boolean isToBeCleared;
  private int looks;

  private volatile RangesStatus status = RangesStatus.NONE;

  RangeKeeper(Supplier<RoutingTable> table, RangeSite site, boolean isIpv6) {
    this.table = table;
    this.site = site;
    this.isIpv6 = isIpv6;
  }

  /**
   * One for the network of this process; not started.
   *
   * @param table in force
   */
  public static RangeKeeper of(Supplier<RoutingTable> table, RangePath path) {
    return new RangeKeeper(
        table, new RangeSite.Own(path), Files.exists(Path.of("/proc/self/net/if_inet6")));
  }

  /** Why no ranges can be served on this node, or null if they can; nothing is changed. */
  public static @Nullable String obstacle() {
    try {
      RangeSite.Own.ownRules().check(new RangeRules(1, false).text(List.of()));
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Begins to look, so that the data path has sockets; no rule is written yet.
   *
   * @param isAlone whether no other agent runs here, so that rules of an agent are of one that was
   *     killed
   */
  public synchronized void start(boolean isAlone) {
    isToBeCleared = isAlone;
    watcher.start();
  }

  /** From now on clients are brought here. */
  public void begin() {
    allowRules();
    wake();
  }

  synchronized void allowRules() {
    hasBegun = true;
  }

  /** The table has changed. For any thread. */
  public void wake() {
    watcher.wake();
  }

  /** For any thread. */
  public RangesStatus status() {
    return status;
  }

  private synchronized long restNanos() {
    return wanted.all().isEmpty() ? Watcher.UNTIL_WOKEN_NANOS : Watcher.PERIOD.toNanos();
  }

  /** Looks at everything once; false if something is in the way. */
  synchronized boolean look() {
    if (isOver) {
      return true;
    }
    clear();
    try {
      wanted.follow(table.get());
      if (wanted.all().isEmpty()) {
        remove();
      } else {
        settle();
        enforce();
      }
      onWell();
    } catch (IOException | RuntimeException e) {
      onFailed(String.valueOf(e.getMessage()));
    }
    return watcher.error() == null;
  }

  /** Removes what an agent has left that was killed; it harmed nobody. */
  private void clear() {
    if (!isToBeCleared) {
      return;
    }
    isToBeCleared = false;
    try {
      site.rules().clear();
    } catch (IOException e) {
      LOG.debug("ranges: nothing of an earlier agent can be removed: {}", e.getMessage());
    }
  }

  /** Sees to it that the data path has sockets. */
  private void settle() throws IOException {
    if (form != null && !isRefused) {
      return;
    }
    RangeTable found = site.rules();
    found.check(new RangeRules(1, isIpv6).text(List.of()));
    form = new RangeRules(site.gather(), isIpv6);
    rules = found;
    isRefused = false;
    LOG.info("ranges: served through port {} at loopback", form.port());
  }

  /** Puts the rules in force that belong there now. */
  private void enforce() throws IOException {
    RangeRules own = form;
    RangeTable inForce = rules;
    if (!hasBegun || own == null || inForce == null) {
      return;
    }
    List<Range> ranges =
        site.listeners().stream()
            .filter(listener -> wanted.all().contains(listener.port()))
            .filter(listener -> !listener.addresses().isEmpty())
            .map(RangeKeeper::range)
            .toList();
    String text = own.text(ranges);
    boolean isToBeCompared = ++looks % LOOKS_PER_COMPARISON == 0;
    if (!text.equals(written) || (isToBeCompared && !inForce.has(own.chain()))) {
      inForce.replace(text);
      written = text;
    }
    tell(Set.copyOf(ranges.stream().map(Range::port).toList()));
  }

  private static Range range(ListenerStatus listener) {
    return new Range(
        listener.port(), listener.addresses().stream().map(InetSocketAddress::getAddress).toList());
  }

  private void remove() throws IOException {
    RangeRules own = form;
    RangeTable inForce = rules;
    if (!written.isEmpty() && own != null && inForce != null) {
      inForce.removeOf(own.chain());
      written = "";
    }
    tell(Set.of());
  }

  private void onWell() {
    if (watcher.error() != null) {
      watcher.onWell();
      tell(status.ports());
    }
  }

  private void onFailed(String message) {
    watcher.onFailed(message, written.isEmpty() ? "none is served here" : "trying again");
    if (written.isEmpty()) {
      isRefused = true;
      site.refuse("not served: " + message);
    }
    tell(status.ports());
  }

  private void tell(Set<PublishedPort> ports) {
    status = new RangesStatus(ports, watcher.failures(), watcher.error());
  }

  /** Writes no rules any more: those of the agent that follows are in force, or will be. */
  public synchronized void cease() {
    isOver = true;
  }

  /**
   * Removes all rules that are this agent's, and stops looking. To be called any number of times.
   */
  @Override
  public void close() {
    watcher.close();
    synchronized (this) {
      isOver = true;
      try {
        remove();
      } catch (IOException e) {
        LOG.warn("ranges: rules stay behind, and harm nobody: {}", e.getMessage());
      }
    }
  }
}
