package io.tidegate.agent.linux;

import java.io.IOException;

/**
 * Brings packets that carry a mark to sockets of this host, whatever their destination: a rule that
 * leads them to a routing table of our own, which says that all addresses are local. To be added
 * and removed any number of times.
 *
 * @param ip the program {@code ip}, in the namespace where this is to be
 * @param mark of the packets
 * @param table number of the routing table, which nobody else uses
 */
public record LocalRoute(Program ip, int mark, int table) {

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
      ip.run("", family, "rule", "add", "fwmark", markText(), "lookup", tableText());
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
      ip.run("", family, "rule", "del", "fwmark", markText(), "lookup", tableText());
    }
    if (isOurs(routes(family))) {
      ip.run("", family, "route", "del", "local", "default", "dev", "lo", "table", tableText());
    }
  }

  private boolean hasRule(String family) throws IOException {
    return ip.run("", family, "rule", "list")
        .contains("fwmark %s lookup %s".formatted(markText(), tableText()));
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
