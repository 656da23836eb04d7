package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.Program;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Rules in a chain of our own in iptables' mangle, for where there is no nft.
 *
 * <p>Its TPROXY drops packets where there is no socket, so clients are only kept from Docker's
 * marking, as long as the agent has a socket where they are going. UDP is left to Docker: the
 * connection tracking would remember the agent's flows, and IPVS could not serve them when the
 * agent is gone.
 *
 * @param why not by nft
 */
record IptablesRules(Program iptables, Program restore, String why) implements Rules {

  private static final String CHAIN = "TIDEGATE-";
  private static final String JUMP = "PREROUTING -j ";
  // As many as one match takes.
  private static final int PORTS_PER_RULE = 15;

  @Override
  public boolean isTcpAlone() {
    return true;
  }

  @Override
  public void check(Destination destination) throws IOException {
    restore(added(destination, List.of(PublishedPort.tcp(1))), "--test");
  }

  @Override
  public void replace(Destination destination, Set<PublishedPort> ports) throws IOException {
    List<String> before = rules();
    List<String> changes = new ArrayList<>();
    for (String chain : chains(before)) {
      changes.addAll(removal(chain, before, !chain.equals(chain(destination))));
    }
    changes.addAll(added(destination, ports));
    restore(changes);
  }

  /** In force means before any rule of Docker's. */
  @Override
  public boolean has(Destination destination) throws IOException {
    return rules().stream()
        .filter(rule -> rule.startsWith("-A PREROUTING "))
        .findFirst()
        .equals(Optional.of("-A " + JUMP + chain(destination)));
  }

  @Override
  public void removeOf(Destination destination) throws IOException {
    remove(chain(destination)::equals);
  }

  @Override
  public Set<Integer> owners() throws IOException {
    return chains(rules()).stream()
        .map(chain -> Integer.valueOf(chain.substring(CHAIN.length())))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public void clear() throws IOException {
    remove(_ -> true);
  }

  private void remove(Predicate<String> which) throws IOException {
    List<String> before = rules();
    List<String> changes = new ArrayList<>();
    for (String chain : chains(before)) {
      if (which.test(chain)) {
        changes.addAll(removal(chain, before, true));
      }
    }
    if (!changes.isEmpty()) {
      restore(changes);
    }
  }

  /** The chain with its rules, and the way there: first of all. */
  static List<String> added(Destination destination, Collection<PublishedPort> ports) {
    String chain = chain(destination);
    List<String> lines = new ArrayList<>();
    lines.add(":%s - [0:0]".formatted(chain));
    String to = "-A %s -d %s/32 -p tcp ".formatted(chain, destination.address());
    List<String> numbers =
        ports.stream()
            .filter(port -> port.protocol() == Protocol.TCP)
            .map(PublishedPort::number)
            .sorted()
            .map(String::valueOf)
            .toList();
    for (int i = 0; i < numbers.size(); i += PORTS_PER_RULE) {
      List<String> some = numbers.subList(i, Math.min(i + PORTS_PER_RULE, numbers.size()));
      lines.add(
          to
              + "-m multiport --dports %s -m tcp --tcp-flags FIN,SYN,RST,ACK SYN"
                  .formatted(String.join(",", some))
              + " -m conntrack --ctstate NEW ! --ctstatus CONFIRMED -m socket --transparent"
              + " -j CONNMARK --set-mark %#x".formatted(destination.mark()));
    }
    lines.add(to + "-m connmark --mark %#x -j ACCEPT".formatted(destination.mark()));
    lines.add("-I PREROUTING 1 -j " + chain);
    return lines;
  }

  private static List<String> removal(String chain, List<String> rules, boolean wholly) {
    List<String> lines = new ArrayList<>();
    for (String rule : rules) {
      if (rule.equals("-A " + JUMP + chain)) {
        lines.add("-D " + JUMP + chain);
      }
    }
    if (wholly) {
      lines.add("-F " + chain);
      lines.add("-X " + chain);
    }
    return lines;
  }

  private static String chain(Destination destination) {
    return CHAIN + destination.port();
  }

  /** Those of agents that take ports over. */
  private static List<String> chains(List<String> rules) {
    return rules.stream()
        .filter(rule -> rule.matches("-N " + CHAIN + "\\d{1,5}"))
        .map(rule -> rule.substring("-N ".length()))
        .toList();
  }

  private List<String> rules() throws IOException {
    return iptables.run("", "-w", "-t", "mangle", "-S").lines().map(String::strip).toList();
  }

  /** One transaction, which leaves all others' rules alone. */
  private void restore(List<String> lines, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--noflush", "--wait"));
    arguments.addAll(List.of(more));
    restore.run(
        "*mangle\n" + String.join("\n", lines) + "\nCOMMIT\n", arguments.toArray(String[]::new));
  }

  @Override
  public String toString() {
    return "iptables, for TCP alone, since " + why;
  }
}
