package io.tidegate.agent.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings packets that carry a mark to sockets of this host, whatever their destination: a rule that
 * leads them to a routing table of our own, which says that all addresses are local. To be added
 * and removed any number of times.
 *
 * @param ip the program {@code ip}, in the namespace where this is to be
 * @param mark of the packets
 * @param table number of the routing table, which nobody else uses
 * @param from name of the interface that the packets come in by, which there need not be yet; null
 *     for any. Where one is given, no setting of that interface that has marks count when sources
 *     of packets are checked (src_valid_mark) is in the way.
 */
public record LocalRoute(Program ip, int mark, int table, @Nullable String from) {

  /** One for packets from anywhere. */
  public LocalRoute(Program ip, int mark, int table) {
    this(ip, mark, table, null);
  }

  /**
   * Adds what is not there.
   *
   * @throws IOException naming what failed, or who else has routes in that table
   */
  public void add(boolean ipv6) throws IOException {
    String family = family(ipv6);
    String routes = routes(family);
    if (!routes.isEmpty() && !isOurs(routes)) {
      throw new IOException(
          "%s: routing table %d has routes of somebody else's: %s"
              .formatted(ip, table, routes.strip()));
    }
    if (routes.isEmpty()) {
      ip.run("", family, "route", "add", "local", "default", "dev", "lo", "table", tableText());
    }
    if (!hasRule(family)) {
      ip.run("", rule(family, "add"));
    }
  }

  /**
   * Removes what is there of rule and route.
   *
   * @throws IOException naming what failed
   */
  public void remove(boolean ipv6) throws IOException {
    String family = family(ipv6);
    while (hasRule(family)) {
      ip.run("", rule(family, "del"));
    }
    if (isOurs(routes(family))) {
      ip.run("", family, "route", "del", "local", "default", "dev", "lo", "table", tableText());
    }
  }

  private String[] rule(String family, String command) {
    List<String> words = new ArrayList<>(List.of(family, "rule", command));
    words.addAll(selector());
    return words.toArray(String[]::new);
  }

  private List<String> selector() {
    return from == null
        ? List.of("fwmark", markText(), "lookup", tableText())
        : List.of("fwmark", markText(), "iif", from, "lookup", tableText());
  }

  private boolean hasRule(String family) throws IOException {
    // So it says of a rule whose interface is not there now.
    String rules = ip.run("", family, "rule", "list").replace(" [detached]", "");
    return rules.contains(String.join(" ", selector()));
  }

  /** The routes of the table; the kernel knows none of a table that never had any. */
  private String routes(String family) throws IOException {
    Program.Outcome routes = ip.tried("", family, "route", "show", "table", tableText());
    return routes.isWell() ? routes.said() : "";
  }

  private static boolean isOurs(String routes) {
    return routes.startsWith("local default dev lo") && routes.strip().lines().count() == 1;
  }

  private static String family(boolean ipv6) {
    return ipv6 ? "-6" : "-4";
  }

  private String markText() {
    return "0x" + Integer.toHexString(mark);
  }

  private String tableText() {
    return Integer.toString(table);
  }
}
