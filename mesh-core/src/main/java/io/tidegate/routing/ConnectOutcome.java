package io.tidegate.routing;

/**
 * How one connect to an endpoint ended.
 *
 * @param serviceId the service that the endpoint's task belongs to
 * @param failuresInARow how many connects to the endpoint failed one after the other, this one
 *     included; 0 if it was answered, or was a probe
 * @param isProbe whether it was made only to see whether the endpoint answers
 */
public record ConnectOutcome(
    String serviceId, Endpoint endpoint, Result result, int failuresInARow, boolean isProbe) {

  /** After how many failures in a row an endpoint is spent: it is not worth another client. */
  public static final int MOST_FAILURES = 3;

  /** How connects end, as far as that says something of the endpoint. */
  public enum Result {
    /** The task took it. */
    ANSWERED,
    /** Its host was there and refused. */
    REFUSED,
    /** Nobody answered, or there was no way. */
    SILENT
  }

  public boolean isSpent() {
    return failuresInARow >= MOST_FAILURES;
  }
}
