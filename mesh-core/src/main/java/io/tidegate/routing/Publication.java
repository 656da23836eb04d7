package io.tidegate.routing;

/**
 * One published port of a service and the port that its tasks listen on.
 *
 * @param means how it was published
 */
public record Publication(PublishedPort port, int targetPort, Means means) {

  /** How a port can be published. */
  public enum Means {
    /** With Docker's own means, through its mesh. */
    DOCKER("docker"),
    /** By the label {@code tidegate.publish}. */
    LABEL("label");

    private final String word;

    Means(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  public Publication {
    PublishedPort.checkPort("target port", targetPort);
  }

  /** A port that was published with Docker's own means. */
  public Publication(PublishedPort port, int targetPort) {
    this(port, targetPort, Means.DOCKER);
  }
}
