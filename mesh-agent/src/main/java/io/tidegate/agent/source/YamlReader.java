package io.tidegate.agent.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Turns the parser's tokens into a tree. */
final class YamlReader {

  private static final int MAX_DEPTH = 16;

  private final String file;
  private final YAMLParser parser;

  private YamlReader(String file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /** See {@link Yaml#parse}. */
  static Yaml read(String file, byte[] content) {
    try (YAMLParser parser = new YAMLFactory().createParser(content)) {
      return new YamlReader(file, parser).document();
    } catch (JsonProcessingException e) {
      throw notYaml(file, e);
    } catch (IOException e) {
      throw new YamlException(file, 0, "not YAML: " + e.getMessage());
    }
  }

  private Yaml document() throws IOException {
    if (parser.nextToken() == null) {
      return new Yaml.Fields(new LinkedHashMap<>(), 1);
    }
    Yaml document = value(0);
    if (parser.nextToken() != null) {
      throw problem("a second document (expected: one)");
    }
    return document;
  }

  private Yaml value(int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw problem("nested more than " + MAX_DEPTH + " deep");
    }
    if (parser.isCurrentAlias() || parser.getObjectId() != null) {
      throw problem("an anchor or alias (expected: none)");
    }
    int line = line();
    return switch (parser.currentToken()) {
      case START_OBJECT -> new Yaml.Fields(fields(depth), line);
      case START_ARRAY -> new Yaml.Items(items(depth), line);
      case VALUE_NULL -> new Yaml.Text("", line);
      default -> new Yaml.Text(parser.getText(), line);
    };
  }

  private SequencedMap<String, Yaml.Field> fields(int depth) throws IOException {
    SequencedMap<String, Yaml.Field> fields = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      int line = line();
      if (fields.containsKey(key)) {
        throw problem(key + ": stands twice");
      }
      parser.nextToken();
      fields.put(key, new Yaml.Field(line, value(depth + 1)));
    }
    return fields;
  }

  private List<Yaml> items(int depth) throws IOException {
    List<Yaml> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(depth + 1));
    }
    return items;
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private YamlException problem(String problem) {
    return new YamlException(file, line(), problem);
  }

  // The parser's own location is that of the last token that was still right.
  private static YamlException notYaml(String file, JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      int line = marked.getProblemMark().getLine() + 1;
      return new YamlException(file, line, "not YAML: " + marked.getProblem());
    }
    String message = e.getOriginalMessage().lines().findFirst().orElse("");
    return new YamlException(file, 0, "not YAML: " + message);
  }
}
