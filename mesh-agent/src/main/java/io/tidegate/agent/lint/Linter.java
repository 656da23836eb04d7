package io.tidegate.agent.lint;

import io.tidegate.agent.labels.Declared;
import io.tidegate.agent.labels.Label;
import io.tidegate.agent.labels.Labels;
import io.tidegate.agent.lint.LintedService.LintedLabel;
import io.tidegate.agent.lint.LintedService.LintedPort;
import io.tidegate.routing.Publication;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with the labels of services and with the ports that they publish. */
final class Linter {

  private final List<Fault> faults = new ArrayList<>();

  private Linter() {}

  /**
   * All that is wrong, in the order of lines and services.
   *
   * @param file how to call it where a fault points to another line, or empty if there is none
   */
  static List<Fault> check(String file, List<LintedService> services) {
    Linter linter = new Linter();
    services.forEach(linter::check);
    linter.faults.addAll(PortClashes.of(file, services));
    return linter.faults.stream()
        .sorted(Comparator.comparingInt(Fault::line).thenComparing(Fault::service))
        .toList();
  }

  private void check(LintedService service) {
    Declared declared = Declared.NOTHING;
    for (LintedLabel label : service.labels()) {
      declared = isOurs(label) ? check(service, label, declared) : declared;
    }
    checkTogether(service, declared);
    service.containerLabels().stream()
        .filter(Linter::isOurs)
        .forEach(
            label ->
                add(
                    service,
                    label,
                    label.value()
                        + " on its containers, where it means nothing"
                        + " (expected: on the service; in a compose file under deploy.labels)"));
  }

  private static boolean isOurs(LintedLabel label) {
    return label.name().startsWith(Label.PREFIX);
  }

  /** Checks one label, and adds what it declares if it is good. */
  private Declared check(LintedService service, LintedLabel label, Declared before) {
    Label known = Labels.named(label.name());
    if (known == null) {
      add(service, label, "unknown (nearest: " + Labels.nearest(label.name()) + ")");
      return before;
    }
    try {
      Declared declared = known.parse(Declared.NOTHING, label.value());
      declared.publications().forEach(publication -> checkTwice(service, label, publication));
      return known.parse(before, label.value());
    } catch (IllegalArgumentException e) {
      add(service, label, String.valueOf(e.getMessage()));
      return before;
    }
  }

  /** Of its labels, each may be good and all of them together not. */
  private void checkTogether(LintedService service, Declared declared) {
    List<Publication> ports = declared.beside(ports(service));
    String problem = declared.policy().check().problem(ports);
    if (problem != null) {
      addTo(service, Labels.CHECK, problem);
    }
    ClientAddressFaults.of(declared.policy().clientAddress(), ports)
        .forEach((label, fault) -> addTo(service, label, fault));
    String unheard = DatagramFaults.ofHop(declared.policy().hop(), ports);
    if (unheard != null) {
      addTo(service, Labels.HOP_WAY, unheard);
    }
  }

  private static List<Publication> ports(LintedService service) {
    return service.ports().stream()
        .filter(port -> !port.isHostMode() && port.targetPort() > 0)
        .map(port -> new Publication(port.port(), port.targetPort()))
        .toList();
  }

  private void addTo(LintedService service, String name, String problem) {
    service.labels().stream()
        .filter(label -> label.name().equals(name))
        .forEach(label -> add(service, label, problem));
  }

  private void checkTwice(LintedService service, LintedLabel label, Publication publication) {
    for (LintedPort port : service.ports()) {
      boolean isSame = port.port().equals(publication.port());
      if (isSame
          ? port.targetPort() != publication.targetPort()
          : port.port().overlaps(publication.port())) {
        add(
            service,
            label,
            "%s, which Docker publishes for the same service%s (expected: another port)"
                .formatted(
                    publication.port(), port.isHostMode() ? "" : ", to " + port.targetPort()));
      }
    }
  }

  private void add(LintedService service, LintedLabel label, @Nullable String problem) {
    faults.add(
        new Fault(
            label.line(),
            service.name(),
            "",
            "label " + label.name(),
            label.value(),
            String.valueOf(problem)));
  }
}
