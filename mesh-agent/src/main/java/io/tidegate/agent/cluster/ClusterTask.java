package io.tidegate.agent.cluster;

import java.util.List;
import java.util.Locale;

/**
 * A task.
 *
 * @param serviceId empty for a task of no service
 * @param slot 0 for a task of a global service
 * @param nodeId empty as long as it has no node
 * @param state what its node says of it
 * @param desiredState what the managers want
 */
public record ClusterTask(
    String id,
    Version version,
    String serviceId,
    long slot,
    String nodeId,
    State state,
    State desiredState,
    List<Attachment> attachments)
    implements ClusterObject {

  public ClusterTask {
    attachments = List.copyOf(attachments);
  }

  /**
   * A network that the task is on.
   *
   * @param networkName as people call it, empty where that is not known
   * @param addresses in the form of CIDR
   */
  public record Attachment(
      String networkId, String networkName, boolean isIngress, List<String> addresses) {
    public Attachment {
      addresses = List.copyOf(addresses);
    }
  }

  /** The life of a task: a state never goes back to an earlier one. */
  public enum State {
    NEW(0),
    PENDING(64),
    ASSIGNED(192),
    ACCEPTED(256),
    PREPARING(320),
    READY(384),
    STARTING(448),
    RUNNING(512),
    COMPLETE(576),
    SHUTDOWN(640),
    FAILED(704),
    REJECTED(768),
    REMOVE(800),
    ORPHANED(832);

    private static final State[] ALL = values();

    private final int number;

    State(int number) {
      this.number = number;
    }

    /** SwarmKit's number. */
    public int number() {
      return number;
    }

    /** The state with SwarmKit's number; one that was put in later is taken for the one before. */
    public static State of(int number) {
      State latest = NEW;
      for (State state : ALL) {
        if (state.number <= number) {
          latest = state;
        }
      }
      return latest;
    }

    /** The state by its word in the REST API; one that is not known is taken for the first. */
    public static State parse(String word) {
      String name = word.toUpperCase(Locale.ROOT);
      for (State state : ALL) {
        if (state.name().equals(name)) {
          return state;
        }
      }
      return NEW;
    }
  }
}
