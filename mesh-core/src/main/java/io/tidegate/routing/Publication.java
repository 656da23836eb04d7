package io.tidegate.routing;

/**
 * One published port of a service and the port that its tasks listen on; or a range of them.
 *
 * @param targetPort the one for all that is published, or the first where it is parallel
 * @param isParallel whether each port of a range leads to a port of its own, in the same order
 * @param means how it was published
 */
public record Publication(PublishedPort port, int targetPort, boolean isParallel, Means means) {

  /** How a port can be published. */
  public enum Means {
    /** With Docker's own means, through its mesh. */
    DOCKER("docker"),
    /** By the label {@code tidegate.publish}. */
    LABEL("label"),
    /** Not at all: by a virtual address, which has all ports. */
    VIRTUAL("virtual");

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
    if (isParallel) {
      PublishedPort.checkPort("target port", targetPort + port.size() - 1);
    }
  }

  /** One where all that is published leads to one port. */
  public Publication(PublishedPort port, int targetPort, Means means) {
    this(port, targetPort, false, means);
  }

  /** A port that was published with Docker's own means. */
  public Publication(PublishedPort port, int targetPort) {
    this(port, targetPort, Means.DOCKER);
  }
}
