package io.tidegate.agent.identity;

import org.jspecify.annotations.Nullable;

/** What Swarm certifies that a node may do. */
public enum NodeRole {
  MANAGER("swarm-manager"),
  WORKER("swarm-worker");

  private final String word;

  NodeRole(String word) {
    this.word = word;
  }

  /** The word in a certificate, as in {@code swarm-manager}. */
  public String word() {
    return word;
  }

  static @Nullable NodeRole of(String word) {
    for (NodeRole role : values()) {
      if (role.word.equals(word)) {
        return role;
      }
    }
    return null;
  }
}
