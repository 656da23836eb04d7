package io.tidegate.agent.vip;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.takeover.Watcher;
import io.tidegate.agent.vip.FollowedVips.Network;
import io.tidegate.proxy.Foothold;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel bring clients of virtual addresses to the agent, in the sandbox of each overlay
 * network that has one on this node. Sandboxes come and go with tasks: one thread looks every two
 * seconds while there are addresses, and when the table changes; whatever fails is said once,
 * counted, and tried again, and one network is not in the way of others.
 *
 * <pre>
 *   sandbox ──► sockets there ──► begin ──► rules, then addresses ──► cease, where another agent
 *      ▲                                        │  ▲                  follows
 *      └── another one at its path              └──┘ addresses come and go; released, and back
 * </pre>
 */
public final class VipKeeper implements Vips, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(VipKeeper.class);

  // Of looks, from one at the rules of a network, the next in line, to another: that costs two
  // processes.
  private static final int LOOKS_PER_COMPARISON = 5;

  private final String why;
  private final Supplier<RoutingTable> table;
  private final VipPath path;
  private final VipSandboxes sandboxes;
  private final Supplier<Ipvs> ipvs;
  private final Watcher watcher = new Watcher("virtual addresses", this::look, this::isIdle);

  // Under the lock of this, all below.
  private final FollowedVips wanted = new FollowedVips();
  private final SortedMap<String, VipFooting> footings = new TreeMap<>();
  private boolean isToBeCleared;
  private boolean hasBegun;
  private boolean isReleased;
  private boolean isOver;
  private int looks;
  private String compared = "";

  private volatile VipStatus status;

  VipKeeper(
      String why,
      Supplier<RoutingTable> table,
      VipPath path,
      Supplier<Path> folder,
      Supplier<Ipvs> ipvs) {
    this.why = why;
    status = VipStatus.none(why);
    this.table = table;
    this.path = path;
    this.ipvs = ipvs;
    sandboxes = new VipSandboxes(folder);
  }

  /**
   * One for this node; not started.
   *
   * @param why which virtual addresses are to be served, for people
   * @param table in force
   * @param ingress where {@code ingress_sbox} is, as far as is known now; the others are beside it
   */
  public static VipKeeper of(
      String why, Supplier<RoutingTable> table, VipPath path, Supplier<Path> ingress) {
    return new VipKeeper(why, table, path, () -> folderOf(ingress.get()), Ipvs::detect);
  }

  /**
   * Why no virtual addresses can be served on this node, or null if they can; nothing is changed.
   */
  public static @Nullable String obstacle() {
    try {
      var _ = VipSandbox.at(Path.of("/proc/self/ns/net"));
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static Path folderOf(Path ingress) {
    return Objects.requireNonNull(ingress.getParent());
  }

  /**
   * Begins to look, so that the data path has sockets; no rule is written yet.
   *
   * @param isAlone whether no other agent runs here, so that what is found of an agent is of one
   *     that was killed
   */
  public synchronized void start(boolean isAlone) {
    LOG.info("virtual addresses: {}", why);
    isToBeCleared = isAlone;
    watcher.start();
  }

  /** From now on clients are brought here. */
  public void begin() {
    allowRules();
    wake();
  }

  private synchronized void allowRules() {
    hasBegun = true;
  }

  /** The table has changed. For any thread. */
  public void wake() {
    watcher.wake();
  }

  @Override
  public VipStatus status() {
    return status;
  }

  private synchronized boolean isIdle() {
    return wanted.all().isEmpty() && footings.isEmpty();
  }

  /** Looks at everything once; false if something is in the way. */
  private synchronized boolean look() {
    if (isOver) {
      return true;
    }
    clear();
    wanted.follow(table.get());
    String failure = enforce();
    if (failure == null) {
      watcher.onWell();
    } else {
      onFailed(failure);
    }
    tell();
    return failure == null;
  }

  /** Removes what an agent has left that was killed. */
  private void clear() {
    if (!isToBeCleared) {
      return;
    }
    isToBeCleared = false;
    try {
      for (Path each : sandboxes.all()) {
        if (VipSandbox.at(each).clear()) {
          LOG.info("virtual addresses: removed what an earlier agent left in {}", each);
        }
      }
    } catch (IOException e) {
      LOG.debug("virtual addresses: nothing can be removed: {}", e.getMessage());
    }
  }

  /** Sees to all networks; what is in the way at one, or null. */
  private @Nullable String enforce() {
    String failure = null;
    for (String id : List.copyOf(footings.keySet())) {
      if (!wanted.all().containsKey(id)) {
        failure = first(failure, () -> withdraw(id));
      }
    }
    for (Map.Entry<String, Network> network : wanted.all().entrySet()) {
      failure = first(failure, () -> enforce(network.getKey(), network.getValue()));
    }
    if (++looks % LOOKS_PER_COMPARISON == 0) {
      failure = first(failure, this::compareNext);
    }
    return failure;
  }

  /** What may fail. */
  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  private static @Nullable String first(@Nullable String failure, Action action) {
    try {
      action.run();
      return failure;
    } catch (IOException | RuntimeException e) {
      return failure == null ? String.valueOf(e.getMessage()) : failure;
    }
  }

  private void enforce(String id, Network network) throws IOException {
    String identity = VipSandboxes.identity(network.sandbox());
    VipFooting footing = footings.get(id);
    if (footing != null && !footing.isAt(network.sandbox(), identity)) {
      // All that was there went with it.
      leave(id);
      footing = null;
    }
    if (identity == null) {
      return;
    }
    if (footing == null) {
      footing = settle(id, network.sandbox());
    }
    bring(footing, network);
  }

  private void bring(VipFooting footing, Network network) throws IOException {
    if (hasBegun) {
      footing.bring(network.addresses(), isReleased, this::mayAdd);
    }
  }

  /** Where there is IPVS Docker adds all addresses, if in its own time, and must be the first. */
  private boolean mayAdd() {
    return ipvs.get().state() == Ipvs.State.ABSENT;
  }

  private VipFooting settle(String id, Path at) throws IOException {
    VipSandbox sandbox = VipSandbox.at(at);
    Foothold foothold = sandbox.foothold();
    int port = path.place(id, foothold);
    VipFooting footing = new VipFooting(sandbox, foothold, port);
    footings.put(id, footing);
    LOG.info("virtual addresses: network {} is served at {}, port {} there", id, foothold, port);
    return footing;
  }

  private void leave(String id) {
    footings.remove(id);
    path.leave(id);
    LOG.info("virtual addresses: network {} is served here no more", id);
  }

  /** Nothing is wanted of a network any more. */
  private void withdraw(String id) throws IOException {
    VipFooting footing = footings.get(id);
    leave(id);
    if (footing != null && footing.isThere()) {
      footing.remove();
    }
  }

  /** Looks at the rules and addresses of the next network in line. */
  private void compareNext() throws IOException {
    if (!hasBegun || footings.isEmpty()) {
      return;
    }
    SortedMap<String, VipFooting> rest = footings.tailMap(compared + '\0');
    compared = rest.isEmpty() ? footings.firstKey() : rest.firstKey();
    VipFooting footing = footings.get(compared);
    Network network = wanted.all().get(compared);
    if (footing != null && network != null) {
      footing.compare();
      bring(footing, network);
    }
  }

  private void onFailed(String message) {
    watcher.onFailed(message, "trying again");
  }

  private void tell() {
    List<VipStatus.Network> networks = new ArrayList<>();
    footings.forEach((id, footing) -> networks.add(footing.status(id)));
    status = new VipStatus(why, networks, isReleased, watcher.failures(), watcher.error());
  }

  @Override
  public synchronized VipStatus release(boolean release) throws IOException {
    if (isOver) {
      throw new IOException("virtual addresses: they are another agent's now");
    }
    if (isReleased != release && !footings.isEmpty()) {
      LOG.info("virtual addresses: {}", release ? "all are released" : "taken again");
    }
    isReleased = release;
    String failure = null;
    // Where there is a sandbox already: this thread may not be one that can make sockets there.
    for (Map.Entry<String, Network> network : wanted.all().entrySet()) {
      VipFooting footing = footings.get(network.getKey());
      if (footing != null) {
        failure = first(failure, () -> bring(footing, network.getValue()));
      }
    }
    if (failure != null) {
      onFailed(failure);
    }
    tell();
    if (failure != null) {
      throw new IOException(failure);
    }
    return status;
  }

  /** Hands all addresses back because the agent ends. */
  public void releaseAtEnd() {
    if (status.networks().isEmpty()) {
      cease();
      return;
    }
    try {
      var _ = release(true);
    } catch (IOException e) {
      LOG.warn("{}; clients still come until this agent has ended", e.getMessage());
    }
  }

  /** Writes nothing any more: what the agent that follows has written is in force, or will be. */
  public synchronized void cease() {
    isOver = true;
  }

  /**
   * Removes all rules and addresses that are this agent's, and stops looking. To be called any
   * number of times.
   */
  @Override
  public void close() {
    watcher.close();
    synchronized (this) {
      isOver = true;
      footings.forEach(VipKeeper::remove);
      footings.clear();
    }
  }

  private static void remove(String id, VipFooting footing) {
    try {
      if (footing.isThere()) {
        footing.remove();
      }
    } catch (IOException e) {
      LOG.warn("virtual addresses: rules of {} stay behind: {}", id, e.getMessage());
    }
  }
}
