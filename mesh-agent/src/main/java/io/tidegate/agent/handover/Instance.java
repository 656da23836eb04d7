package io.tidegate.agent.handover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What makes an agent the same one as another, run anew: both want the same admin address in the
 * same network namespace, so that there can be only one of them.
 *
 * @param version of the program, for people
 * @param namespace the network namespace, as in {@code net:[4026531840]}
 * @param admin the admin address, as in {@code 127.0.0.1:9180}
 */
public record Instance(String version, String namespace, String admin) {

  private static final Path NAMESPACE = Path.of("/proc/self/ns/net");

  /**
   * This process.
   *
   * @throws IOException if the system does not tell of its network namespace
   */
  public static Instance ofThisProcess(String version, String admin) throws IOException {
    return new Instance(version, Files.readSymbolicLink(NAMESPACE).toString(), admin);
  }

  /** Why another one cannot take this one's place, or null if it can. */
  @Nullable String objectionTo(Instance other) {
    if (!other.namespace.equals(namespace)) {
      return "another network namespace: %s (expected: %s)".formatted(other.namespace, namespace);
    }
    if (!other.admin.equals(admin)) {
      return "another admin address: %s (expected: %s)".formatted(other.admin, admin);
    }
    return null;
  }
}
