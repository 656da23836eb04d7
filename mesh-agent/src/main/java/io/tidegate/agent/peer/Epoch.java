package io.tidegate.agent.peer;

/**
 * Whose count a version belongs to: one run of one publisher.
 *
 * @param publisher its node id
 * @param startedAtMillis when it started, in milliseconds since 1970
 */
public record Epoch(String publisher, long startedAtMillis) {

  @Override
  public String toString() {
    return publisher + "@" + startedAtMillis;
  }
}
