package io.tidegate.agent.admin;

import io.tidegate.routing.Clash;
import java.util.List;

/** One port that several services publish, with the one that has it. */
record ClashAnswer(String port, ClaimAnswer keeper, List<ClaimAnswer> others) {

  /**
   * A service that publishes the port.
   *
   * @param by the means: docker or label
   */
  record ClaimAnswer(String service, String serviceId, String by) {

    static ClaimAnswer of(Clash.Claim claim) {
      return new ClaimAnswer(claim.serviceName(), claim.serviceId(), claim.means().toString());
    }
  }

  static ClashAnswer of(Clash clash) {
    return new ClashAnswer(
        clash.port().toString(),
        ClaimAnswer.of(clash.keeper()),
        clash.others().stream().map(ClaimAnswer::of).toList());
  }
}
