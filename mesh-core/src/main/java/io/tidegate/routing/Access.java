package io.tidegate.routing;

import java.util.List;

/**
 * Which clients a route takes, by their own addresses.
 *
 * @param allow who may come, nobody else; empty for all; the label {@code tidegate.allow}
 * @param deny who may not, also of those; the label {@code tidegate.deny}
 */
public record Access(List<Cidr> allow, List<Cidr> deny) {

  /** The most blocks that either list may have. */
  public static final int MOST = 256;

  /** Everybody may come. */
  public static final Access OPEN = new Access(List.of(), List.of());

  public Access {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
    check(allow);
    check(deny);
  }

  private static void check(List<Cidr> blocks) {
    if (blocks.size() > MOST) {
      throw new IllegalArgumentException(
          blocks.size() + " blocks of addresses (expected: at most " + MOST + ")");
    }
  }

  /** Whether everybody may come. */
  public boolean isOpen() {
    return allow.isEmpty() && deny.isEmpty();
  }

  public Access withAllow(List<Cidr> other) {
    return new Access(other, deny);
  }

  public Access withDeny(List<Cidr> other) {
    return new Access(allow, other);
  }

  /** Whether a client may come, whose address is in the form of {@link Cidr}. */
  public boolean admits(long network, long host) {
    return !isIn(deny, network, host) && (allow.isEmpty() || isIn(allow, network, host));
  }

  private static boolean isIn(List<Cidr> blocks, long network, long host) {
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i).contains(network, host)) {
        return true;
      }
    }
    return false;
  }
}
