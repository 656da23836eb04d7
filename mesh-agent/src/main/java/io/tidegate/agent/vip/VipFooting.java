package io.tidegate.agent.vip;

import io.tidegate.agent.vip.SandboxAddresses.Held;
import io.tidegate.proxy.Foothold;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where the agent stands in one network: its sockets, rules and addresses there. Of one thread. */
final class VipFooting {

  private final VipSandbox sandbox;
  private final Foothold foothold;
  private final VipRules rules;
  private boolean isWritten;
  private boolean wasWritten;
  // In the set of the rules, and looked for among the sandbox's.
  private Set<Inet4Address> brought = Set.of();
  private Set<Inet4Address> seen = Set.of();
  private boolean isAdding;
  private int added;

  /**
   * @param port where the agent's sockets are
   */
  VipFooting(VipSandbox sandbox, Foothold foothold, int port) {
    this.sandbox = sandbox;
    this.foothold = foothold;
    rules = new VipRules(foothold.address().getHostAddress(), port);
  }

  /** Whether that is still the sandbox at its path. */
  boolean isThere() throws IOException {
    return foothold.identity().equals(VipSandboxes.identity(sandbox.path()));
  }

  /** Whether it is this sandbox. */
  boolean isAt(Path path, @Nullable String identity) {
    return sandbox.path().equals(path) && foothold.identity().equals(identity);
  }

  VipStatus.Network status(String id) {
    return new VipStatus.Network(id, foothold.toString(), brought.size(), added);
  }

  /**
   * Has new clients of these addresses brought here, and of no others; often that is so already.
   *
   * @param wanted all that the node is to have
   * @param mayAdd whether those that Docker does not have there are added
   */
  void bring(Set<Inet4Address> wanted, boolean isReleased, BooleanSupplier mayAdd)
      throws IOException {
    Set<Inet4Address> next = isReleased ? Set.of() : wanted;
    if (!isWritten) {
      wasWritten = true;
      sandbox.table().replace(VipRules.MEMORY, rules.text());
      fill(next);
      isWritten = true;
    } else if (!next.equals(brought)) {
      fill(next);
    }
    if (!wanted.equals(seen)) {
      see(wanted, mayAdd.getAsBoolean());
    }
  }

  private void fill(Set<Inet4Address> next) throws IOException {
    sandbox.table().fill(VipRules.ADDRESSES, texts(next));
    brought = Set.copyOf(next);
  }

  private static List<String> texts(Collection<Inet4Address> addresses) {
    return addresses.stream().map(Inet4Address::getHostAddress).sorted().toList();
  }

  private void see(Set<Inet4Address> wanted, boolean mayAdd) throws IOException {
    Held held = sandbox.see(wanted, mayAdd);
    isAdding = mayAdd;
    added = held.added().size();
    seen = Set.copyOf(wanted);
  }

  /**
   * Looks, by no process, whether addresses are gone that would be added; they come back with the
   * next call.
   */
  void glance() throws IOException {
    if (isAdding && !sandbox.holds(seen)) {
      seen = Set.of();
    }
  }

  /** Looks whether somebody has removed anything; what has gone comes back with the next call. */
  void compare() throws IOException {
    isWritten &= sandbox.table().has(rules.chain());
    seen = Set.of();
  }

  /** Removes rules and addresses, unless another agent's rules have taken their place. */
  void remove() throws IOException {
    if (wasWritten && (sandbox.table().removeOf(rules.chain()) || !sandbox.table().exists())) {
      var _ = sandbox.removeAddresses();
    }
  }
}
