package io.tidegate.agent.vip;

import io.tidegate.agent.linux.Capabilities;
import io.tidegate.agent.linux.Capability;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.linux.NftTable;
import io.tidegate.agent.linux.Program;
import io.tidegate.agent.vip.SandboxAddresses.Held;
import io.tidegate.proxy.Foothold;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A sandbox that Docker has on an overlay network, and what agents change in it. */
record VipSandbox(Path path, SandboxAddresses addresses, NftTable table) {

  private static final String TABLE = "tidegate_vips";
  private static final Pattern CHAINS = Pattern.compile("chain " + VipRules.CHAIN + "(\\d{1,5}) ");

  /**
   * The sandbox at a path.
   *
   * @throws IOException naming what is missing to change anything there
   */
  static VipSandbox at(Path path) throws IOException {
    if (!Capabilities.ofThisProcess().has(Capability.NET_ADMIN)) {
      throw new IOException(Capability.NET_ADMIN + " is missing, for packet rules");
    }
    return new VipSandbox(
        path, new SandboxAddresses(program("ip", path)), new NftTable(program("nft", path), TABLE));
  }

  private static Program program(String name, Path path) throws IOException {
    return Program.find(name, path)
        .orElseThrow(() -> new IOException(name + " is not installed, for virtual addresses"));
  }

  /** Where it is now, with its own address there. */
  Foothold foothold() throws IOException {
    String identity = NetworkNamespaces.identity(path);
    return new Foothold(path.toString(), identity, addresses.read().own());
  }

  /**
   * Removes what agents have added, whoever they were.
   *
   * @return whether there was anything
   */
  boolean clear() throws IOException {
    boolean were = table.exists();
    if (were) {
      table.remove();
    }
    return removeAddresses() || were;
  }

  /** Removes the addresses that agents have added; whether there were any. */
  boolean removeAddresses() throws IOException {
    Held held = addresses.read();
    addresses.change(Set.of(), held.added());
    return !held.added().isEmpty();
  }

  /**
   * Where an agent is heard to which rules lead, if there are any.
   *
   * @throws IOException if rules or namespace cannot be looked at
   */
  Optional<InetSocketAddress> agent() throws IOException {
    if (!table.exists()) {
      return Optional.empty();
    }
    Inet4Address own = addresses.read().own();
    for (MatchResult chain : CHAINS.matcher(table.list()).results().toList()) {
      InetSocketAddress socket = new InetSocketAddress(own, Integer.parseInt(chain.group(1)));
      if (NetworkNamespaces.isHeard(path, socket)) {
        return Optional.of(socket);
      }
    }
    return Optional.empty();
  }

  /** Whether all of these addresses are there, whoever has added them. */
  boolean holds(Set<Inet4Address> wanted) throws IOException {
    return NetworkNamespaces.areHeld(path, wanted);
  }

  /** Those of the wanted addresses that are there, after those are added that may be. */
  Held see(Set<Inet4Address> wanted, boolean mayAdd) throws IOException {
    Held held = addresses.read();
    Set<Inet4Address> missing = new HashSet<>(mayAdd ? wanted : Set.of());
    missing.removeAll(held.others());
    missing.removeAll(held.added());
    Set<Inet4Address> superfluous = new HashSet<>(held.added());
    superfluous.removeAll(wanted);
    if (missing.isEmpty() && superfluous.isEmpty()) {
      return held;
    }
    addresses.change(missing, superfluous);
    return addresses.read();
  }
}
