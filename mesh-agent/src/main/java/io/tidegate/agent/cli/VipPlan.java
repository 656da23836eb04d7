package io.tidegate.agent.cli;

import io.tidegate.agent.labels.VipChoice;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.merge.VipScope;

/**
 * Which virtual addresses are served on this node.
 *
 * @param why so, for people
 */
public record VipPlan(VipScope scope, String why) {

  /** What follows from what the agent was told. */
  public static VipPlan of(VipChoice told, Ipvs ipvs) {
    return switch (told) {
      case OFF -> new VipPlan(VipScope.NONE, "left to Docker, as it was told");
      case ON -> new VipPlan(VipScope.ALL, "served, as it was told");
      case AUTO ->
          ipvs.state() == Ipvs.State.ABSENT
              ? new VipPlan(VipScope.ALL, "served, as Docker cannot: " + ipvs.reason())
              : new VipPlan(
                  VipScope.ASKED,
                  "left to Docker, but for services with tidegate.vip=on: " + ipvs.reason());
    };
  }
}
