package io.tidegate.agent.merge;

import io.tidegate.agent.labels.VipChoice;

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
}
