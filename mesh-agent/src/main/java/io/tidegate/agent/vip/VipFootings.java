package io.tidegate.agent.vip;

import io.tidegate.agent.vip.FollowedVips.Network;
import io.tidegate.proxy.Foothold;
import io.tidegate.routing.RoutingTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the agent stands in all networks, and is to stand. One network is not in the way of others.
 * Under the lock of {@link VipKeeper}.
 */
final class VipFootings {

  private static final Logger LOG = LoggerFactory.getLogger(VipFootings.class);

  private final VipPath path;
  private final BooleanSupplier mayAdd;
  private final FollowedVips wanted = new FollowedVips();
  private final SortedMap<String, VipFooting> footings = new TreeMap<>();
  private boolean hasBegun;
  private boolean isReleased;
  private String compared = "";

  /**
   * @param mayAdd whether addresses that Docker does not have in a sandbox are added
   */
  VipFootings(VipPath path, BooleanSupplier mayAdd) {
    this.path = path;
    this.mayAdd = mayAdd;
  }

  void follow(RoutingTable table) {
    wanted.follow(table);
  }

  /** From now on clients are brought here. */
  void begin() {
    hasBegun = true;
  }

  /** Whether there is nothing to look at. */
  boolean isIdle() {
    return wanted.all().isEmpty() && footings.isEmpty();
  }

  /** Sees to all networks; what is in the way at one, or null. */
  @Nullable String enforce() {
    String failure = null;
    for (String id : List.copyOf(footings.keySet())) {
      if (!wanted.all().containsKey(id)) {
        failure = first(failure, () -> withdraw(id));
      }
    }
    for (Map.Entry<String, Network> network : wanted.all().entrySet()) {
      failure = first(failure, () -> enforce(network.getKey(), network.getValue()));
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
    } else {
      footing.glance();
    }
    bring(footing, network);
  }

  private void bring(VipFooting footing, Network network) throws IOException {
    if (hasBegun) {
      footing.bring(network.addresses(), isReleased, mayAdd);
    }
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

  /** Looks at the rules and addresses of the next network in line; what is in the way, or null. */
  @Nullable String compareNext() {
    return first(null, this::compare);
  }

  private void compare() throws IOException {
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

  boolean isReleased() {
    return isReleased;
  }

  /**
   * Hands all addresses back, or takes them again, where there is a sandbox already: this thread
   * may not be one that can make sockets there. What is in the way, or null.
   */
  @Nullable String release(boolean release) {
    if (isReleased != release && !footings.isEmpty()) {
      LOG.info("virtual addresses: {}", release ? "all are released" : "taken again");
    }
    isReleased = release;
    String failure = null;
    for (Map.Entry<String, Network> network : wanted.all().entrySet()) {
      VipFooting footing = footings.get(network.getKey());
      if (footing != null) {
        failure = first(failure, () -> bring(footing, network.getValue()));
      }
    }
    return failure;
  }

  /** How each fares, in the order of their ids. */
  List<VipStatus.Network> status() {
    List<VipStatus.Network> networks = new ArrayList<>();
    footings.forEach((id, footing) -> networks.add(footing.status(id)));
    return networks;
  }

  /** Removes all rules and addresses. */
  void removeAll() {
    footings.forEach(VipFootings::remove);
    footings.clear();
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
