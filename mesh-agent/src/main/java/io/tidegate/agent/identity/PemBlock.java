package io.tidegate.agent.identity;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a PEM file.
 *
 * <p>Swarm writes headers into a key's block (RFC 1421: {@code kek-version: 7}), which the JDK
 * takes for content; here they are left out.
 *
 * @param type as in {@code PRIVATE KEY}
 * @param isEncrypted whether the content is of use only with a pass phrase
 */
record PemBlock(String type, boolean isEncrypted, String base64) {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\R(.*?)-----END \\1-----", Pattern.DOTALL);

  /** Reads all blocks of a text, in order; what stands between them is passed over. */
  static List<PemBlock> parse(String text) {
    List<PemBlock> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(parse(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  private static PemBlock parse(String type, String body) {
    StringBuilder content = new StringBuilder(body.length());
    boolean isEncrypted = type.startsWith("ENCRYPTED");
    for (String line : body.lines().toList()) {
      if (line.contains(":")) {
        isEncrypted |= line.startsWith("Proc-Type:") && line.contains("ENCRYPTED");
      } else {
        content.append(line.strip());
      }
    }
    return new PemBlock(type, isEncrypted, content.toString());
  }

  /**
   * What the block holds.
   *
   * @throws IllegalArgumentException if it is not in base 64
   */
  byte[] der() {
    return Base64.getDecoder().decode(base64);
  }

  /** Without the content, which may be a key. */
  @Override
  public String toString() {
    return type;
  }
}
