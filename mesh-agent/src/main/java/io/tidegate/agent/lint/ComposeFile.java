package io.tidegate.agent.lint;

import io.tidegate.agent.lint.LintedService.LintedLabel;
import io.tidegate.agent.lint.LintedService.LintedPort;
import io.tidegate.agent.source.YamlException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads labels and ports of a compose file's services, and overlooks everything else: what else is
 * wrong with the file is Docker's to tell. Values with variables that have no default are left out.
 */
final class ComposeFile {

  private final ComposeNodes nodes;

  private ComposeFile(ComposeNodes nodes) {
    this.nodes = nodes;
  }

  /**
   * Parses the whole content.
   *
   * @param file how to call it in errors
   * @throws YamlException naming the file, the line and what is wrong there
   */
  static List<LintedService> parse(String file, byte[] content) {
    ComposeNodes nodes = ComposeNodes.parse(file, content);
    NodeTuple services = nodes.fields(nodes.root()).get("services");
    if (services == null || !(services.getValueNode() instanceof MappingNode)) {
      throw new YamlException(file, 1, "services: absent (expected: a map of services)");
    }
    ComposeFile compose = new ComposeFile(nodes);
    List<LintedService> parsed = new ArrayList<>();
    nodes
        .fields(services.getValueNode())
        .forEach((name, service) -> parsed.add(compose.service(name, service.getValueNode())));
    return parsed;
  }

  private LintedService service(String name, Node service) {
    Map<String, NodeTuple> fields = nodes.fields(service);
    NodeTuple deploy = fields.get("deploy");
    List<LintedLabel> labels =
        deploy == null ? List.of() : labels(nodes.fields(deploy.getValueNode()).get("labels"));
    return new LintedService(name, 0, labels, labels(fields.get("labels")), ports(fields));
  }

  /** A map, or a list of {@code name=value}. */
  private List<LintedLabel> labels(@Nullable NodeTuple field) {
    List<LintedLabel> labels = new ArrayList<>();
    if (field != null && field.getValueNode() instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        String[] parts = ComposeNodes.text(item).split("=", 2);
        add(labels, parts[0], parts.length > 1 ? parts[1] : "", item);
      }
    } else if (field != null) {
      nodes
          .fields(field.getValueNode())
          .forEach(
              (name, label) ->
                  add(labels, name, ComposeNodes.text(label.getValueNode()), label.getKeyNode()));
    }
    return labels;
  }

  private static void add(List<LintedLabel> labels, String name, String value, Node place) {
    String known = Interpolation.of(value);
    if (known != null) {
      labels.add(new LintedLabel(name, known, ComposeNodes.line(place)));
    }
  }

  private List<LintedPort> ports(Map<String, NodeTuple> fields) {
    List<LintedPort> ports = new ArrayList<>();
    NodeTuple field = fields.get("ports");
    if (field != null && field.getValueNode() instanceof SequenceNode list) {
      for (Node item : list.getValue()) {
        ports.addAll(
            item instanceof MappingNode
                ? ComposePorts.fromMap(nodes.texts(item), ComposeNodes.line(item))
                : ComposePorts.fromText(ComposeNodes.text(item), ComposeNodes.line(item)));
      }
    }
    return ports;
  }
}
