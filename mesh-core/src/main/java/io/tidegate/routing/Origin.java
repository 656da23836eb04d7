package io.tidegate.routing;

/**
 * Where the last change of a fact came from, and when. It changes with the fact only, not each time
 * that a source confirms it.
 *
 * @param source the source's name, as in {@code swarm-watch}
 * @param writtenAtNanos when the change was written by whoever decided it, since 1970 by that
 *     clock; 0 where the source does not tell
 * @param heardAtNanos when this node heard of it, since 1970
 */
public record Origin(String source, long writtenAtNanos, long heardAtNanos) {

  /** That of facts which nobody discovered, such as a file's. */
  public static final Origin NONE = new Origin("", 0, 0);
}
