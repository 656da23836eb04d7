package io.tidegate.routing;

import java.util.Comparator;

/**
 * A port that every node serves, with its protocol: the key of a route. Or a range of such ports,
 * which is one route. Prints as {@code 8080/tcp} or {@code 10000-20000/udp}.
 *
 * @param number the only port, or the first of the range
 * @param last the same, or the last of the range
 */
public record PublishedPort(int number, int last, Protocol protocol)
    implements Comparable<PublishedPort> {

  /** The lowest port that there is. */
  public static final int FIRST = 1;

  /** The highest. */
  public static final int LAST = 65_535;

  private static final Comparator<PublishedPort> ORDER =
      Comparator.comparingInt(PublishedPort::number)
          .thenComparing(PublishedPort::protocol)
          .thenComparingInt(PublishedPort::last);

  public PublishedPort {
    checkPort("published port", number);
    checkPort("published port", last);
    if (last < number) {
      throw new IllegalArgumentException(
          "published ports: %d-%d (expected: the lower one first)".formatted(number, last));
    }
  }

  /** One port alone. */
  public PublishedPort(int number, Protocol protocol) {
    this(number, number, protocol);
  }

  public static PublishedPort tcp(int number) {
    return new PublishedPort(number, Protocol.TCP);
  }

  /**
   * Parses {@code 8080}, {@code 8080/tcp} or {@code 10000-20000/udp}.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static PublishedPort parse(String text) {
    int slash = text.indexOf('/');
    String numbers = slash < 0 ? text : text.substring(0, slash);
    Protocol protocol = slash < 0 ? Protocol.TCP : Protocol.parse(text.substring(slash + 1));
    int dash = numbers.indexOf('-', 1);
    try {
      return dash < 0
          ? new PublishedPort(Integer.parseInt(numbers), protocol)
          : new PublishedPort(
              Integer.parseInt(numbers.substring(0, dash)),
              Integer.parseInt(numbers.substring(dash + 1)),
              protocol);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "published port: " + text + " (expected: 1 to 65535, as in 8080 or 8080/tcp)", e);
    }
  }

  static void checkPort(String what, int number) {
    if (number < FIRST || number > LAST) {
      throw new IllegalArgumentException(what + ": " + number + " (expected: 1 to 65535)");
    }
  }

  public boolean isRange() {
    return last != number;
  }

  /** How many ports it is. */
  public int size() {
    return last - number + 1;
  }

  /** Whether a port of the protocol belongs to both. */
  public boolean overlaps(PublishedPort other) {
    return protocol == other.protocol && number <= other.last && other.number <= last;
  }

  /** Without the protocol, as in {@code 8080} or {@code 10000-20000}. */
  public String numbers() {
    return isRange() ? number + "-" + last : Integer.toString(number);
  }

  @Override
  public int compareTo(PublishedPort other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return numbers() + "/" + protocol;
  }
}
