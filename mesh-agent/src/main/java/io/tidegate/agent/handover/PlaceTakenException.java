package io.tidegate.agent.handover;

/** Another agent is about to get the place that was asked for. */
public final class PlaceTakenException extends Exception {

  private static final long serialVersionUID = 1;

  PlaceTakenException(String message) {
    super(message);
  }
}
