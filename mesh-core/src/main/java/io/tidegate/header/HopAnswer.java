package io.tidegate.header;

import org.jspecify.annotations.Nullable;

/** What the agent on the task's node says of a client that it is asked to take: one byte. */
public enum HopAnswer {
  TAKEN(0, "taken"),
  NOT_BELIEVED(1, "the seal is not that of a node it knows"),
  NO_SUCH_TASK(2, "no such task runs there"),
  TASK_REFUSED(3, "the task refused"),
  TASK_SILENT(4, "the task did not answer in time"),
  BUSY(5, "it has no room"),
  NOT_TRANSPARENT(6, "the task could not see the client's own address"),
  HOME_UNKNOWN(7, "it does not know (yet) where the task's network is");

  private final byte code;
  private final String words;

  HopAnswer(int code, String words) {
    this.code = (byte) code;
    this.words = words;
  }

  /** What is sent. */
  public byte code() {
    return code;
  }

  /** The answer of that code; null where this version knows of none. */
  public static @Nullable HopAnswer of(byte code) {
    for (HopAnswer answer : values()) {
      if (answer.code == code) {
        return answer;
      }
    }
    return null;
  }

  /** For people. */
  @Override
  public String toString() {
    return words;
  }
}
