package io.tidegate.agent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way back from tasks of this node to sockets of this process that have clients' addresses.
 * Tasks send what they answer to docker_gwbridge, their way out; there, packets for such a socket
 * are marked, and a rule leads what is marked to this host, whatever its destination.
 *
 * <pre>
 *   task ──► docker_gwbridge ──► for such a socket? mark ──► rule, table ──► socket
 *                                          no │
 *                                             └──► as ever
 * </pre>
 *
 * For one thread. All calls take milliseconds, as programs are run.
 */
public final class WayBack {

  /** The bridge by which containers of a Swarm leave their node. */
  public static final String BRIDGE = "docker_gwbridge";

  static final int MARK = 0x7462;
  static final int TABLE = MARK;

  private final @Nullable Path namespace;
  private final String owner;
  private @Nullable MarkRules rules;
  // Whether this agent's rules were in force once.
  private boolean isBegun;
  private boolean isIpv6;

  /**
   * @param namespace path of the network namespace of the bridge; null for the agent's own
   * @param owner names this agent among those that may follow each other: eight letters or digits
   */
  public WayBack(@Nullable Path namespace, String owner) {
    this.namespace = namespace;
    this.owner = owner;
  }

  /**
   * Asks whether it could be put in force, and changes nothing.
   *
   * @return by what, for people
   * @throws IOException saying why not
   */
  public String check() throws IOException {
    if (namespace == null) {
      Capabilities held = Capabilities.ofThisProcess();
      if (!held.has(Capability.NET_ADMIN)) {
        throw new IOException(Capability.NET_ADMIN + " is missing");
      }
    }
    ip();
    return choose().toString();
  }

  private Program ip() throws IOException {
    return Program.find("ip", namespace)
        .orElseThrow(() -> new IOException("no program ip is to be found"));
  }

  private MarkRules choose() throws IOException {
    String why = "no program nft is to be found";
    Optional<Program> nft = Program.find("nft", namespace);
    if (nft.isPresent()) {
      try {
        NftMarks marks = new NftMarks(nft.get(), BRIDGE, MARK, owner);
        marks.check();
        return marks;
      } catch (IOException e) {
        why = String.valueOf(e.getMessage());
      }
    }
    Optional<Program> iptables = Program.find("iptables", namespace);
    if (iptables.isEmpty()) {
      throw new IOException(why + ", nor a program iptables");
    }
    try {
      Optional<Program> ip6tables = Program.find("ip6tables", namespace);
      IptablesMarks marks = new IptablesMarks(iptables.get(), ip6tables, BRIDGE, MARK, owner);
      marks.check();
      return marks;
    } catch (IOException e) {
      throw new IOException(why + "; " + e.getMessage(), e);
    }
  }

  private LocalRoute route() throws IOException {
    return new LocalRoute(ip(), MARK, TABLE, BRIDGE);
  }

  /**
   * Sees to it that it is in force. Once it was, the rules of an agent that follows are left alone.
   *
   * @param ipv6 whether for IPv6 too
   * @throws IOException saying why it may not be
   */
  public void keep(boolean ipv6) throws IOException {
    MarkRules chosen = rules;
    if (chosen == null) {
      check();
      chosen = choose();
    }
    boolean isMore = ipv6 && !isIpv6;
    isIpv6 |= ipv6;
    route().add(false);
    if (isIpv6) {
      route().add(true);
    }
    boolean areRight = isBegun && !isMore && (chosen.areOurs(isIpv6) || chosen.areThere());
    if (!areRight) {
      chosen.install(isIpv6);
    }
    rules = chosen;
    isBegun = true;
  }

  /**
   * Removes it, unless an agent that follows has its own rules there.
   *
   * @throws IOException saying what is left
   */
  public void remove() throws IOException {
    MarkRules chosen = rules;
    if (chosen == null) {
      return;
    }
    boolean wasOurs = chosen.remove();
    if (wasOurs || !chosen.areThere()) {
      removeRoutes(isIpv6);
    }
    rules = null;
    isBegun = false;
    isIpv6 = false;
  }

  /**
   * Removes what an agent may have left that was killed. Not for where another one may run.
   *
   * @throws IOException saying what is left
   */
  public void clear() throws IOException {
    MarkRules chosen = choose();
    if (chosen.areThere()) {
      chosen.clear();
      removeRoutes(Files.exists(Path.of("/proc/self/net/if_inet6")));
    }
  }

  private void removeRoutes(boolean ipv6) throws IOException {
    route().remove(false);
    if (ipv6) {
      route().remove(true);
    }
  }
}
