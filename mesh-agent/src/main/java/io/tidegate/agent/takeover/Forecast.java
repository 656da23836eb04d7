package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.proxy.Foothold;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a takeover on this node; nothing is changed to find out.
 *
 * @param isPossible whether ports would be taken over
 * @param why so
 * @param obstacle what is in the way where Docker's mesh works, or null
 */
public record Forecast(boolean isPossible, String why, @Nullable String obstacle) {

  /** Looks at this node. */
  public static Forecast of(TakeoverConfig config, Path sandbox) {
    return of(config, new Sandbox(() -> sandbox));
  }

  static Forecast of(TakeoverConfig config, Surroundings surroundings) {
    if (config.mode() == TakeoverConfig.Mode.HOST) {
      return new Forecast(false, "as it was told", null);
    }
    Ipvs ipvs = surroundings.ipvs();
    if (config.mode() == TakeoverConfig.Mode.AUTO && ipvs.state() == Ipvs.State.ABSENT) {
      return new Forecast(false, "Docker's mesh cannot work here: " + ipvs.reason(), null);
    }
    try {
      Foothold foothold = surroundings.foothold();
      Rules rules = surroundings.rules(foothold, config.mark());
      return new Forecast(
          true, "Docker's mesh brings its clients to %s, by %s".formatted(foothold, rules), null);
    } catch (IOException e) {
      return new Forecast(false, String.valueOf(e.getMessage()), e.getMessage());
    }
  }
}
