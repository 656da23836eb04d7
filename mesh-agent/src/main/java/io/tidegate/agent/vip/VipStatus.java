package io.tidegate.agent.vip;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How virtual addresses fare on this node.
 *
 * @param why which are served at all, and why so, for people
 * @param networks those whose clients are brought to this agent, in the order of their ids
 * @param isReleased whether no new clients are because somebody said so
 * @param failures how many attempts to have clients brought here have failed
 * @param error what failed last, or null when all is well
 */
public record VipStatus(
    String why, List<Network> networks, boolean isReleased, long failures, @Nullable String error) {

  /** Where there are none. */
  public static VipStatus none(String why) {
    return new VipStatus(why, List.of(), false, 0, null);
  }

  /**
   * One network with a sandbox on this node.
   *
   * @param foothold where clients are brought to, for people
   * @param addresses how many addresses are served there
   * @param added how many of them the agent has added, since Docker had not
   */
  public record Network(String id, String foothold, int addresses, int added) {}

  public VipStatus {
    networks = List.copyOf(networks);
  }
}
