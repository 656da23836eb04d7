package io.tidegate.agent.cluster;

/**
 * Which state of an object this is: the commit that wrote it. All managers number their commits
 * alike, so of two states of one object the one with the higher index is the newer, whoever tells
 * it.
 *
 * @param index the commit's place in the managers' log, 0 where it is not known
 * @param writtenAtNanos when it was written, by the leader's clock, since 1970; 0 where it is not
 *     known
 */
public record Version(long index, long writtenAtNanos) {

  public static final Version UNKNOWN = new Version(0, 0);

  /** A version of which the time is not known. */
  public static Version at(long index) {
    return new Version(index, 0);
  }

  public boolean isKnown() {
    return index > 0;
  }

  public boolean isNewerThan(Version other) {
    return index > other.index;
  }
}
