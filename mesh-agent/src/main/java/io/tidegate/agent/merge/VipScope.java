package io.tidegate.agent.merge;

import io.tidegate.agent.labels.VipChoice;
import org.jspecify.annotations.Nullable;

/** Of which services the virtual addresses have routes. */
public enum VipScope {
  /** Of none: they are Docker's. */
  NONE,
  /** Of those that ask for it. */
  ASKED,
  /** Of all but those that do not want it. */
  ALL;

  boolean covers(VipChoice wanted) {
    return switch (this) {
      case NONE -> false;
      case ASKED -> wanted == VipChoice.ON;
      case ALL -> wanted != VipChoice.OFF;
    };
  }

  /** Why the addresses of such a service are left to Docker, for people; null if they are not. */
  @Nullable String objectionTo(VipChoice wanted) {
    return covers(wanted)
        ? null
        : this == NONE
            ? "left to Docker, as the agent was told by --vip off"
            : wanted == VipChoice.OFF
                ? "left to Docker: the service says tidegate.vip=off"
                : "left to Docker: the service does not say tidegate.vip=on, as it has to beside IPVS";
  }
}
