package io.tidegate.agent.takeover;

/**
 * Whether ports are taken over from Docker's mesh, and how.
 *
 * @param mark of packets and connections that are the agent's, inside {@code ingress_sbox}
 */
public record TakeoverConfig(Mode mode, int mark) {

  /** "tg"; Docker's own marks there count up from 0x100. */
  public static final int USUAL_MARK = 0x7467;

  public static final TakeoverConfig USUAL = new TakeoverConfig(Mode.AUTO, USUAL_MARK);

  /** Never. */
  public static final TakeoverConfig NONE = new TakeoverConfig(Mode.HOST, USUAL_MARK);

  private static final int FIRST_OF_DOCKERS = 0x100;
  private static final int LAST_OF_DOCKERS = 0x1fff;

  /** Where the ports are served that Docker publishes. */
  public enum Mode {
    /** In the agent's own network, where Docker leaves them free. */
    HOST,
    /** Inside Docker's mesh. */
    TAKEOVER,
    /** Inside Docker's mesh where that serves them by IPVS and can be entered, else as HOST. */
    AUTO
  }

  public TakeoverConfig {
    if (mark == 0 || (mark >= FIRST_OF_DOCKERS && mark <= LAST_OF_DOCKERS)) {
      throw new IllegalArgumentException(
          "takeoverMark: %#x (expected: not 0, and not %#x to %#x, which are Docker's)"
              .formatted(mark, FIRST_OF_DOCKERS, LAST_OF_DOCKERS));
    }
  }
}
