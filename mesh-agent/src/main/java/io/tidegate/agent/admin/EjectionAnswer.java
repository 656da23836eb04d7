package io.tidegate.agent.admin;

import io.tidegate.routing.Ejection;
import io.tidegate.routing.Endpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That connects to an endpoint fail.
 *
 * @param reason the cause in words
 * @param times how often it was ejected in a row
 * @param until when a probe decides whether it comes back; now while one is under way
 * @param witnesses other nodes whose connects to it fail, by their own word
 * @param spared whether it is picked all the same, because too many others are ejected
 */
record EjectionAnswer(
    Ejection.Cause cause,
    String reason,
    int times,
    Instant until,
    double secondsLeft,
    List<String> witnesses,
    boolean spared) {

  /** That of an endpoint, or null if it is well. */
  static @Nullable EjectionAnswer of(
      Endpoint endpoint, AgentView view, List<String> witnesses, Instant now) {
    Ejection ejection = endpoint.ejection();
    if (ejection == null) {
      return null;
    }
    Duration left = view.timeLeft(ejection);
    return new EjectionAnswer(
        ejection.cause(),
        ejection.cause().text(),
        ejection.times(),
        now.plus(left),
        OriginAnswer.seconds(left),
        witnesses,
        !endpoint.isEjected());
  }
}
