package io.tidegate.agent.lint;

import io.tidegate.agent.source.YamlException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A YAML document as it was written, with anchors and merge keys, which compose files are full of.
 *
 * @param root null where the document is empty
 */
record ComposeNodes(@Nullable Node root) {

  private static final String MERGE = "<<";

  /**
   * Parses one document.
   *
   * @throws YamlException naming the file, the line and what is wrong there
   */
  static ComposeNodes parse(String file, byte[] content) {
    try {
      String text = new String(content, StandardCharsets.UTF_8);
      return new ComposeNodes(new Yaml(new LoaderOptions()).compose(new StringReader(text)));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      throw new YamlException(file, line, "not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      String problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new YamlException(file, 0, "not YAML: " + problem);
    }
  }

  /** The entries of a map, what it merges included; none if it is no map. */
  Map<String, NodeTuple> fields(@Nullable Node node) {
    Map<String, NodeTuple> fields = new LinkedHashMap<>();
    addFields(node, fields, Collections.newSetFromMap(new IdentityHashMap<>()));
    return fields;
  }

  // Each node once: what refers to itself has an end, too.
  private static void addFields(
      @Nullable Node node, Map<String, NodeTuple> fields, Set<Node> seen) {
    if (!(node instanceof MappingNode map) || !seen.add(node)) {
      return;
    }
    for (NodeTuple entry : map.getValue()) {
      String key = text(entry.getKeyNode());
      if (!key.equals(MERGE)) {
        fields.putIfAbsent(key, entry);
      }
    }
    for (NodeTuple entry : map.getValue()) {
      if (text(entry.getKeyNode()).equals(MERGE)) {
        merge(entry.getValueNode(), fields, seen);
      }
    }
  }

  private static void merge(Node merged, Map<String, NodeTuple> fields, Set<Node> seen) {
    if (merged instanceof SequenceNode list) {
      list.getValue().forEach(item -> addFields(item, fields, seen));
    } else {
      addFields(merged, fields, seen);
    }
  }

  /** The entries of a map as texts. */
  Map<String, String> texts(Node node) {
    Map<String, String> texts = new LinkedHashMap<>();
    fields(node).forEach((key, entry) -> texts.put(key, text(entry.getValueNode())));
    return texts;
  }

  /** The text of a scalar; empty if it is none. */
  static String text(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  /** Where it begins, from 1. */
  static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
