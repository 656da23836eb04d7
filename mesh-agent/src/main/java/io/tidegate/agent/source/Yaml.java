package io.tidegate.agent.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/**
 * A YAML document as it was written: texts, lists and maps, each with the line where it begins.
 * Numbers and booleans stay the text they are; anchors and aliases are refused.
 */
public sealed interface Yaml {

  /** The largest file that is read, in bytes. */
  int MAX_BYTES = 1 << 20;

  int line();

  /** A scalar; empty where the document has no value. */
  record Text(String value, int line) implements Yaml {}

  record Items(List<Yaml> items, int line) implements Yaml {}

  /** A map with its keys in the order of the document. */
  record Fields(SequencedMap<String, Field> fields, int line) implements Yaml {}

  /**
   * One entry of a map.
   *
   * @param line of the key
   */
  record Field(int line, Yaml value) {}

  /**
   * Reads a file's bytes.
   *
   * @throws YamlException if there are more than {@link #MAX_BYTES}
   * @throws IOException naming the file and why it cannot be read
   */
  static byte[] read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new YamlException(
            file.toString(), 0, "larger than " + MAX_BYTES + " bytes (expected: at most that)");
      }
      return content;
    } catch (IOException e) {
      throw new UnreadableFileException(file, e);
    }
  }

  /**
   * Parses one document; an empty one is an empty map.
   *
   * @param file how to call it in errors
   * @throws YamlException naming the file, the line and what is wrong there
   */
  static Yaml parse(String file, byte[] content) {
    return YamlReader.read(file, content);
  }
}
