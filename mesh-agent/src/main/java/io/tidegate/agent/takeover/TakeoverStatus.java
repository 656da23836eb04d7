package io.tidegate.agent.takeover;

import io.tidegate.routing.Protocol;
import io.tidegate.routing.PublishedPort;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the takeover of ports fares.
 *
 * @param mode what is in force: {@code takeover} or {@code host}
 * @param why so, or what is in the way
 * @param foothold where clients are brought to, or null
 * @param ports whose new clients are brought there
 * @param isReleased whether all ports are with Docker's mesh because somebody said so
 * @param isTcpAlone whether ports of UDP are left to Docker's mesh
 * @param failures how many attempts to take ports over, or to keep them, have failed
 * @param error what failed last, or null when all is well
 */
public record TakeoverStatus(
    Mode mode,
    String why,
    @Nullable String foothold,
    Set<PublishedPort> ports,
    boolean isReleased,
    boolean isTcpAlone,
    long failures,
    @Nullable String error) {

  /** What can be in force. */
  public enum Mode {
    HOST("host"),
    TAKEOVER("takeover");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /** Of an agent that takes no ports over. */
  public static TakeoverStatus none(String why) {
    return new TakeoverStatus(Mode.HOST, why, null, Set.of(), false, false, 0, null);
  }

  /** Why a port that is served at the foothold gets no clients, or null if it does. */
  public @Nullable String objectionTo(PublishedPort port) {
    boolean isLeft = isTcpAlone && port.protocol() == Protocol.UDP;
    if (isReleased || isLeft || ports.contains(port)) {
      return null;
    }
    return "not taken over: " + (error == null ? "not yet in the rules" : error);
  }
}
