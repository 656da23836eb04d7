package io.tidegate.agent.labels;

import java.util.ArrayList;
import java.util.List;

/**
 * Those that concern the virtual addresses of a service: whether they are served, and each of its
 * other labels that can say something else there.
 */
final class VirtualLabels {

  static final String VIP = "tidegate.vip";

  private static final String INSIDE = VIP + ".";

  static final List<Label> ALL = all();

  private VirtualLabels() {}

  private static List<Label> all() {
    List<Label> all = new ArrayList<>();
    all.add(
        new Label(
            VIP,
            "`auto`, `on` or `off`",
            "`auto`, as the agent is told",
            "Whether connections of containers to the service's virtual addresses are balanced.",
            (declared, text) -> declared.withVip(VipChoice.parse(text))));
    Labels.OF_POLICY.stream()
        .filter(label -> !isOfPublishedPortsAlone(label))
        .map(VirtualLabels::inside)
        .forEach(all::add);
    return List.copyOf(all);
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
