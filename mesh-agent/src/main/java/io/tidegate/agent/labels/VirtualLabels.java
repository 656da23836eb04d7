package io.tidegate.agent.labels;

import java.util.List;
import java.util.stream.Stream;

/**
 * Those that concern the virtual addresses of a service: whether they are served, and each of its
 * other labels that can say something else there.
 */
final class VirtualLabels {

  private static final String VIP = "tidegate.vip";
  private static final String INSIDE = VIP + ".";

  private static final Label CHOICE =
      new Label(
          VIP,
          "`auto`, `on` or `off`",
          "`auto`, as the agent's `--vip` has it",
          "Whether connections of containers to the service's virtual addresses (VIPs), on any port,"
              + " are balanced by Tidegate. With `auto` they are where the agent was told so, or"
              + " where the kernel has no IPVS, without which nobody else does it.",
          (declared, text) -> declared.withVip(VipChoice.parse(text)));

  private VirtualLabels() {}

  /**
   * All of them.
   *
   * @param ofPolicy those that say how a route treats its clients
   */
  static List<Label> of(List<Label> ofPolicy) {
    Stream<Label> inside =
        ofPolicy.stream()
            .filter(label -> !isOfPublishedPortsAlone(label))
            .map(VirtualLabels::inside);
    return Stream.concat(Stream.of(CHOICE), inside).toList();
  }

  /** Where the port is bound, and how clients are known that come through others. */
  private static boolean isOfPublishedPortsAlone(Label label) {
    return label.equals(PlaceLabels.BIND) || ClientAddressLabels.ALL.contains(label);
  }

  private static Label inside(Label label) {
    return new Label(
        INSIDE + label.name().substring(Label.PREFIX.length()),
        label.type(),
        label.equals(PlaceLabels.ALLOW) || label.equals(PlaceLabels.DENY)
            ? label.byDefault()
            : "that of `" + label.name() + "`",
        "Like `" + label.name() + "`, for clients of the service's virtual addresses.",
        (declared, text) -> declared.withInside(label, text));
  }
}
