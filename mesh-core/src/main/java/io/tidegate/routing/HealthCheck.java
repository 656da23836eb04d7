package io.tidegate.routing;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How each task of a service is asked whether it is well, by the node that it runs on; the labels
 * {@code tidegate.check…}.
 *
 * @param port where, or 0 for the target port of the first port that is published with the protocol
 * @param exchange what is said, and what has to be answered
 * @param pace how often, and what counts
 * @param isReadyFirst whether a new task takes clients before it was found well
 */
public record HealthCheck(Kind kind, int port, Exchange exchange, Pace pace, boolean isReadyFirst) {

  /** Nobody is asked. */
  public static final HealthCheck OFF =
      new HealthCheck(Kind.OFF, 0, Exchange.DEFAULT, Pace.DEFAULT, true);

  /** How to ask. */
  public enum Kind {
    /** Not at all. */
    OFF,
    /** A connect; more if there is something to send or to expect. */
    TCP,
    /** A GET over HTTP/1.1. */
    HTTP,
    /** A datagram that must be answered. */
    UDP;

    /** What it is asked over. */
    public Protocol protocol() {
      return this == UDP ? Protocol.UDP : Protocol.TCP;
    }
  }

  /**
   * What is said. Bytes are characters up to 255.
   *
   * @param path for HTTP
   * @param leastStatus of HTTP, the least that is well
   * @param mostStatus of HTTP, the most that is well
   * @param send for TCP and UDP, the bytes to send
   * @param expect for TCP and UDP, the bytes that must be somewhere in the answer; none where any
   *     will do
   */
  public record Exchange(String path, int leastStatus, int mostStatus, String send, String expect) {

    public static final Exchange DEFAULT = new Exchange("/", 200, 299, "", "");

    public Exchange withPath(String other) {
      return new Exchange(other, leastStatus, mostStatus, send, expect);
    }

    public Exchange withStatuses(int least, int most) {
      return new Exchange(path, least, most, send, expect);
    }

    public Exchange withSend(String other) {
      return new Exchange(path, leastStatus, mostStatus, other, expect);
    }

    public Exchange withExpect(String other) {
      return new Exchange(path, leastStatus, mostStatus, send, other);
    }
  }

  /**
   * How often, and what counts.
   *
   * @param interval from the end of one check to the next; a tenth of it while a change is likely
   * @param timeout for all of one check
   * @param fall how many in a row must fail for a task to be unwell
   * @param rise how many in a row must pass for it to be well
   */
  public record Pace(Duration interval, Duration timeout, int fall, int rise) {

    /** The shortest that {@code interval} may be. */
    public static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);

    /** The longest that {@code interval} may be. */
    public static final Duration LONGEST_INTERVAL = Duration.ofHours(1);

    /** The longest that {@code timeout} may be. */
    public static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    /** The most that {@code fall} and {@code rise} may be. */
    public static final int MOST_IN_A_ROW = 100;

    /** One that finds a task that hangs in less than 3 s. */
    public static final Pace DEFAULT =
        new Pace(Duration.ofSeconds(1), Duration.ofMillis(500), 3, 2);

    public Pace {
      check("interval", interval, SHORTEST_INTERVAL, LONGEST_INTERVAL);
      check("timeout", timeout, Duration.ofMillis(1), LONGEST_TIMEOUT);
      check("fall", fall, 1, MOST_IN_A_ROW);
      check("rise", rise, 1, MOST_IN_A_ROW);
    }

    public Pace withInterval(Duration other) {
      return new Pace(other, timeout, fall, rise);
    }

    public Pace withTimeout(Duration other) {
      return new Pace(interval, other, fall, rise);
    }

    public Pace withFall(int other) {
      return new Pace(interval, timeout, other, rise);
    }

    public Pace withRise(int other) {
      return new Pace(interval, timeout, fall, other);
    }
  }

  public HealthCheck {
    check("port", port, 0, 65_535);
  }

  private static <T extends Comparable<T>> void check(String what, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s: %s (expected: %s to %s)".formatted(what, value, least, most));
    }
  }

  public boolean isOn() {
    return kind != Kind.OFF;
  }

  public HealthCheck withKind(Kind other) {
    return new HealthCheck(other, port, exchange, pace, isReadyFirst);
  }

  public HealthCheck withPort(int other) {
    return new HealthCheck(kind, other, exchange, pace, isReadyFirst);
  }

  public HealthCheck withExchange(Exchange other) {
    return new HealthCheck(kind, port, other, pace, isReadyFirst);
  }

  public HealthCheck withPace(Pace other) {
    return new HealthCheck(kind, port, exchange, other, isReadyFirst);
  }

  public HealthCheck withReadyFirst(boolean other) {
    return new HealthCheck(kind, port, exchange, pace, other);
  }

  /**
   * The port of a task to ask at, or 0 if there is none.
   *
   * @param publications of the service, in the order of their ports
   */
  public int portOf(List<Publication> publications) {
    if (port > 0) {
      return port;
    }
    return publications.stream()
        .filter(publication -> publication.port().protocol() == kind.protocol())
        .mapToInt(Publication::targetPort)
        .findFirst()
        .orElse(0);
  }

  /** Why the tasks of a service with these publications cannot be asked so, or null if they can. */
  public @Nullable String problem(List<Publication> publications) {
    if (kind == Kind.UDP && exchange.send().isEmpty()) {
      return "udp (expected: tidegate.check.send beside it, the datagram that is to be answered)";
    }
    if (isOn() && portOf(publications) == 0) {
      return "%s (expected: tidegate.check.port beside it, as no %s port is published)"
          .formatted(kind.name().toLowerCase(Locale.ROOT), kind.protocol());
    }
    return null;
  }
}
