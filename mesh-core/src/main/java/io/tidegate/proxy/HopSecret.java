package io.tidegate.proxy;

import io.tidegate.routing.HopKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** What this node's agent knows other agents by: each of them has a key that follows from it. */
public final class HopSecret {

  private final HopKey root;
  private final SecureRandom random;

  /**
   * @param root nobody else has it
   * @param random makes challenges
   */
  public HopSecret(HopKey root, SecureRandom random) {
    this.root = root;
    this.random = random;
  }

  /** The key of a node. */
  public HopKey keyOf(String nodeId) {
    return HopProtocol.derive(root, nodeId.getBytes(StandardCharsets.UTF_8));
  }

  byte[] challenge() {
    byte[] challenge = new byte[HopProtocol.CHALLENGE_BYTES];
    random.nextBytes(challenge);
    return challenge;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HopSecret secret && secret.root.equals(root);
  }

  @Override
  public int hashCode() {
    return root.hashCode();
  }

  /** Nothing of the secret. */
  @Override
  public String toString() {
    return "HopSecret";
  }
}
