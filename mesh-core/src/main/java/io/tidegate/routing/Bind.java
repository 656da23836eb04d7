package io.tidegate.routing;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a route's port is bound on each node, which takes of it what it has.
 *
 * @param places in the order in which they were written; none for the agent's own address
 */
public record Bind(List<Place> places) {

  /** The most places that there may be. */
  public static final int MOST = 64;

  /** The agent's own bind address. */
  public static final Bind OF_AGENT = new Bind(List.of());

  private static final String EXPECTED =
      "an address, a block of them as in 10.0.0.0/8, or the name of an interface as in eth1";

  /** One address of a node, or several. Prints as it was written. */
  public sealed interface Place permits Address, Network, Interface {

    /**
     * Parses an address, as in {@code 192.0.2.1} or {@code fe80::1%eth0}, a block or a name.
     *
     * @throws IllegalArgumentException naming the text and what is allowed
     */
    static Place parse(String text) {
      if (text.indexOf('/') >= 0) {
        return new Network(Cidr.parse(text));
      }
      return Interface.FORM.matcher(text).matches() ? new Interface(text) : Address.parse(text);
    }
  }

  /**
   * One address. {@code ::} is every address of both families.
   *
   * @param scope the interface of a link-local one, its name or number; empty for all others
   */
  public record Address(InetAddress address, String scope) implements Place {

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}([.][0-9]{1,3}){3}");

    static Address parse(String text) {
      int percent = text.indexOf('%');
      String scope = percent < 0 ? "" : text.substring(percent + 1);
      InetAddress address = literal(text, percent < 0 ? text : text.substring(0, percent));
      boolean needsScope = address instanceof Inet6Address && address.isLinkLocalAddress();
      if (needsScope == scope.isEmpty()) {
        throw refused(
            text,
            needsScope
                ? "a link-local address with its interface, as in fe80::1%eth0"
                : "an interface behind a link-local address alone");
      }
      return new Address(address, scope);
    }

    private static InetAddress literal(String text, String address) {
      if (address.indexOf(':') < 0 && !IPV4.matcher(address).matches()) {
        throw refused(text, EXPECTED);
      }
      try {
        return InetAddress.ofLiteral(address);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("%s (expected: %s)".formatted(text, EXPECTED), e);
      }
    }

    private static IllegalArgumentException refused(String text, String expected) {
      return new IllegalArgumentException("%s (expected: %s)".formatted(text, expected));
    }

    @Override
    public String toString() {
      return scope.isEmpty() ? address.getHostAddress() : address.getHostAddress() + "%" + scope;
    }
  }

  /** Whatever address of a block a node has. */
  public record Network(Cidr block) implements Place {

    @Override
    public String toString() {
      return block.toString();
    }
  }

  /** Whatever addresses an interface has. */
  public record Interface(String name) implements Place {

    // Linux takes 15 characters, and more kinds of them than anybody uses.
    private static final Pattern FORM = Pattern.compile("[A-Za-z][A-Za-z0-9._@-]{0,14}");

    @Override
    public String toString() {
      return name;
    }
  }

  public Bind {
    places = List.copyOf(places);
    if (places.size() > MOST) {
      throw new IllegalArgumentException(
          places.size() + " places (expected: at most " + MOST + ")");
    }
  }

  /** Whether it is the agent's own. */
  public boolean isOfAgent() {
    return places.isEmpty();
  }

  /** As it was written. */
  @Override
  public String toString() {
    return places.stream().map(Place::toString).collect(Collectors.joining(","));
  }
}
