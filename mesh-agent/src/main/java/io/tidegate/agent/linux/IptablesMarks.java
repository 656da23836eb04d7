package io.tidegate.agent.linux;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link MarkRules} for where there is no nft, or one that does not know of sockets: in a chain of
 * our own in iptables' mangle, of each family, which is named after its owner.
 */
final class IptablesMarks implements MarkRules {

  private static final String PREFIX = "TIDEGATE-BACK-";

  private final Program iptables;
  private final @Nullable Program ip6tables;
  private final String bridge;
  private final int mark;
  private final String chain;

  IptablesMarks(
      Program iptables, Optional<Program> ip6tables, String bridge, int mark, String owner) {
    this.iptables = iptables;
    this.ip6tables = ip6tables.orElse(null);
    this.bridge = bridge;
    this.mark = mark;
    this.chain = PREFIX + owner;
  }

  private List<Program> programs(boolean ipv6) throws IOException {
    if (!ipv6) {
      return List.of(iptables);
    }
    if (ip6tables == null) {
      throw new IOException("no program ip6tables is to be found");
    }
    return List.of(iptables, ip6tables);
  }

  private List<Program> all() {
    return ip6tables == null ? List.of(iptables) : List.of(iptables, ip6tables);
  }

  /** Asks whether it knows of sockets; what the kernel knows shows later. */
  void check() throws IOException {
    Program.Outcome outcome = iptables.tried("", words("-C", "PREROUTING", "tcp"));
    // 1: it knows, and there is no such rule.
    if (!outcome.isWell() && outcome.exit() != 1) {
      throw new IOException("%s: %s".formatted(iptables, outcome.said().strip()));
    }
  }

  private String[] words(String command, String where, String protocol) {
    return new String[] {
      "-w",
      "-t",
      "mangle",
      command,
      where,
      "-i",
      bridge,
      "-p",
      protocol,
      "-m",
      "socket",
      "--transparent",
      "-j",
      "MARK",
      "--set-mark",
      "0x" + Integer.toHexString(mark)
    };
  }

  @Override
  public void install(boolean ipv6) throws IOException {
    for (Program program : programs(ipv6)) {
      List<String> before = chains(program);
      if (before.contains(chain)) {
        remove(program, chain);
      }
      mangle(program, "-N", chain);
      try {
        program.run("", words("-A", chain, "tcp"));
        program.run("", words("-A", chain, "udp"));
        mangle(program, "-A", "PREROUTING", "-j", chain);
      } catch (IOException e) {
        remove(program, chain);
        throw e;
      }
      for (String other : before) {
        if (!other.equals(chain)) {
          remove(program, other);
        }
      }
    }
  }

  @Override
  public boolean areOurs(boolean ipv6) throws IOException {
    for (Program program : programs(ipv6)) {
      if (!rules(program).contains("-A PREROUTING -j " + chain)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean areThere() throws IOException {
    return rules(iptables).stream().anyMatch(rule -> rule.startsWith("-A PREROUTING -j " + PREFIX));
  }

  @Override
  public boolean remove() throws IOException {
    boolean wasThere = false;
    for (Program program : all()) {
      if (chains(program).contains(chain)) {
        remove(program, chain);
        wasThere = true;
      }
    }
    return wasThere;
  }

  @Override
  public void clear() throws IOException {
    for (Program program : all()) {
      for (String any : chains(program)) {
        remove(program, any);
      }
    }
  }

  /** Those of agents. */
  private static List<String> chains(Program program) throws IOException {
    return rules(program).stream()
        .filter(rule -> rule.startsWith("-N " + PREFIX))
        .map(rule -> rule.substring("-N ".length()))
        .toList();
  }

  private static List<String> rules(Program program) throws IOException {
    return program.run("", "-w", "-t", "mangle", "-S").lines().map(String::strip).toList();
  }

  private static void remove(Program program, String which) throws IOException {
    while (rules(program).contains("-A PREROUTING -j " + which)) {
      mangle(program, "-D", "PREROUTING", "-j", which);
    }
    mangle(program, "-F", which);
    mangle(program, "-X", which);
  }

  private static void mangle(Program program, String... words) throws IOException {
    String[] all = new String[words.length + 3];
    all[0] = "-w";
    all[1] = "-t";
    all[2] = "mangle";
    System.arraycopy(words, 0, all, 3, words.length);
    program.run("", all);
  }

  @Override
  public String toString() {
    return "chain " + chain + " of " + iptables;
  }
}
