package io.tidegate.bench.compare.report;

/**
 * Why a contender has no value.
 *
 * @param figure its id
 */
public record Problem(Kind kind, String figure, String contender, String reason) {

  /** How bad it is. */
  public enum Kind {
    /** Bytes were lost or changed, or the traffic did not come to its end. */
    FAILED,
    /** It cannot be measured here, or the contender does not do this. */
    SKIPPED
  }
}
