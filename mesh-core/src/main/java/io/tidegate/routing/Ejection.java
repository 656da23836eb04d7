package io.tidegate.routing;

import java.util.Locale;

/**
 * That connects to an endpoint fail, so that it is better not picked for a while. When the time is
 * over, a probe decides.
 *
 * @param times how often in a row
 * @param sinceNanos when the first of these began, by the mesh's clock
 * @param untilNanos when this one ends, if the probe is answered
 */
public record Ejection(Cause cause, int times, long sinceNanos, long untilNanos) {

  /** What has led to an ejection: the later, the more certain. */
  public enum Cause {
    /**
     * Other nodes say that they have ejected it; this one has not tried it, or not often enough.
     */
    WITNESSES("connects of other nodes to it fail"),
    /** Too many connects to the endpoint failed in a row. */
    CONNECT_FAILURES("connects to it fail"),
    /** No connect to any endpoint of its node was answered. */
    NODE_SILENT("nothing on the node answers");

    private final String text;

    Cause(String text) {
      this.text = text;
    }

    /** For people. */
    public String text() {
      return text;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
