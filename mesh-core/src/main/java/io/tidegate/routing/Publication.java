package io.tidegate.routing;

/** One published port of a service and the port that its tasks listen on. */
public record Publication(PublishedPort port, int targetPort) {
  public Publication {
    PublishedPort.checkPort("target port", targetPort);
  }
}
