package io.tidegate.agent.admin;

import io.tidegate.routing.Clash;
import java.util.List;

/** One port that several services publish, with the one that has it, or a port that overlaps. */
record ClashAnswer(String port, ClaimAnswer keeper, List<ClaimAnswer> others) {

  /**
   * A service that publishes the port.
   *
   * @param by the means: docker or label
   * @param port what it publishes: another one than that of the clash where ranges overlap
   */
  record ClaimAnswer(String service, String serviceId, String by, String port) {

    static ClaimAnswer of(Clash.Claim claim) {
      return new ClaimAnswer(
          claim.serviceName(),
          claim.serviceId(),
          claim.means().toString(),
          claim.port().toString());
    }
  }

  static ClashAnswer of(Clash clash) {
    return new ClashAnswer(
        clash.port().toString(),
        ClaimAnswer.of(clash.keeper()),
        clash.others().stream().map(ClaimAnswer::of).toList());
  }
}
