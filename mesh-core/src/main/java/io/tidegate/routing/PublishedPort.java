package io.tidegate.routing;

import java.util.Comparator;

/**
 * A port that every node serves, with its protocol: the key of a route. Prints as {@code 8080/tcp}.
 */
public record PublishedPort(int number, Protocol protocol) implements Comparable<PublishedPort> {

  private static final Comparator<PublishedPort> ORDER =
      Comparator.comparingInt(PublishedPort::number).thenComparing(PublishedPort::protocol);

  public PublishedPort {
    checkPort("published port", number);
  }

  public static PublishedPort tcp(int number) {
    return new PublishedPort(number, Protocol.TCP);
  }

  /**
   * Parses {@code 8080} or {@code 8080/tcp}.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static PublishedPort parse(String text) {
    int slash = text.indexOf('/');
    String number = slash < 0 ? text : text.substring(0, slash);
    Protocol protocol = slash < 0 ? Protocol.TCP : Protocol.parse(text.substring(slash + 1));
    try {
      return new PublishedPort(Integer.parseInt(number), protocol);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "published port: " + text + " (expected: 1 to 65535, as in 8080 or 8080/tcp)", e);
    }
  }

  static void checkPort(String what, int number) {
    if (number < 1 || number > 65_535) {
      throw new IllegalArgumentException(what + ": " + number + " (expected: 1 to 65535)");
    }
  }

  @Override
  public int compareTo(PublishedPort other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return number + "/" + protocol;
  }
}
