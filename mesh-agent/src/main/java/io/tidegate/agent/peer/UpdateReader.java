package io.tidegate.agent.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Understands the messages of a publisher: every field is checked, whoever sent it. */
final class UpdateReader {

  private static final int MAX_ID_CHARS = 128;
  private static final int MAX_PORT = 65_535;

  private UpdateReader() {}

  /**
   * Understands one message.
   *
   * @throws RefusedException as malformed, naming the field, its value and what is allowed
   */
  static Update read(byte[] message) throws RefusedException {
    PeerProtocol.Update update;
    try {
      update = PeerProtocol.Update.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
    Epoch epoch =
        new Epoch(
            id("publisher", update.getPublisher()),
            between("started_at_millis", update.getStartedAtMillis(), 0, Long.MAX_VALUE));
    long version = between("version", update.getVersion(), 1, Long.MAX_VALUE);
    long base = between("base", update.getBase(), 0, Long.MAX_VALUE);
    return new Update(epoch, version, base, update.getPartial(), changes(update));
  }

  private static List<Commit.Change> changes(PeerProtocol.Update update) throws RefusedException {
    List<Commit.Change> changes =
        new ArrayList<>(
            update.getNodesCount() + update.getServicesCount() + update.getTasksCount());
    for (PeerProtocol.Node node : update.getNodesList()) {
      changes.add(new Commit.Change.Put(node(node)));
    }
    for (PeerProtocol.Service service : update.getServicesList()) {
      changes.add(new Commit.Change.Put(service(service)));
    }
    for (PeerProtocol.Task task : update.getTasksList()) {
      changes.add(new Commit.Change.Put(task(task)));
    }
    addRemoved(ClusterObject.Kind.TASK, update.getRemovedTasksList(), changes);
    addRemoved(ClusterObject.Kind.SERVICE, update.getRemovedServicesList(), changes);
    addRemoved(ClusterObject.Kind.NODE, update.getRemovedNodesList(), changes);
    return changes;
  }

  private static void addRemoved(
      ClusterObject.Kind kind, List<String> ids, List<Commit.Change> changes)
      throws RefusedException {
    for (String id : ids) {
      changes.add(new Commit.Change.Removed(kind, id("removed", id)));
    }
  }

  private static ClusterService service(PeerProtocol.Service service) throws RefusedException {
    List<ClusterService.Port> ports = new ArrayList<>(service.getPortsCount());
    for (PeerProtocol.Port port : service.getPortsList()) {
      ports.add(
          new ClusterService.Port(
              of(Numbers.PROTOCOLS, "protocol", port.getProtocol()),
              (int) between("target_port", port.getTargetPort(), 0, MAX_PORT),
              (int) between("published_port", port.getPublishedPort(), 0, MAX_PORT),
              of(Numbers.MODES, "publish_mode", port.getPublishMode())));
    }
    return new ClusterService(
        id("service.id", service.getId()),
        version(service.getVersion(), service.getWrittenAtNanos()),
        instant(service.getCreatedSeconds(), service.getCreatedNanos()),
        id("service.name", service.getName()),
        service.getLabelsMap(),
        ports,
        service.getVirtualIpsMap());
  }

  private static ClusterTask task(PeerProtocol.Task task) throws RefusedException {
    List<ClusterTask.Attachment> attachments = new ArrayList<>(task.getAttachmentsCount());
    for (PeerProtocol.Attachment attachment : task.getAttachmentsList()) {
      attachments.add(
          new ClusterTask.Attachment(
              text("network_id", attachment.getNetworkId()),
              text("network_name", attachment.getNetworkName()),
              attachment.getIngress(),
              attachment.getAddressesList()));
    }
    return new ClusterTask(
        id("task.id", task.getId()),
        version(task.getVersion(), task.getWrittenAtNanos()),
        text("task.service_id", task.getServiceId()),
        between("task.slot", task.getSlot(), 0, Long.MAX_VALUE),
        text("task.node_id", task.getNodeId()),
        ClusterTask.State.of((int) between("task.state", task.getState(), 0, 65_535)),
        ClusterTask.State.of(
            (int) between("task.desired_state", task.getDesiredState(), 0, 65_535)),
        attachments);
  }

  private static ClusterNode node(PeerProtocol.Node node) throws RefusedException {
    return new ClusterNode(
        id("node.id", node.getId()),
        version(node.getVersion(), node.getWrittenAtNanos()),
        text("node.name", node.getName()),
        text("node.address", node.getAddress()),
        of(Numbers.NODE_STATES, "node.state", node.getState()),
        of(Numbers.AVAILABILITIES, "node.availability", node.getAvailability()),
        of(Numbers.ROLES, "node.role", node.getRole()));
  }

  private static Version version(long index, long writtenAtNanos) throws RefusedException {
    return new Version(
        between("object's version", index, 0, Long.MAX_VALUE),
        between("written_at_nanos", writtenAtNanos, 0, Long.MAX_VALUE));
  }

  private static Instant instant(long seconds, int nanos) throws RefusedException {
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException | ArithmeticException e) {
      throw malformed("created_seconds: " + seconds + ": " + e.getMessage());
    }
  }

  private static String id(String field, String value) throws RefusedException {
    if (value.isEmpty()) {
      throw malformed(field + ": empty (expected: 1 to " + MAX_ID_CHARS + " characters)");
    }
    return text(field, value);
  }

  private static String text(String field, String value) throws RefusedException {
    if (value.length() > MAX_ID_CHARS) {
      throw malformed(
          field + ": " + value.length() + " (expected: at most " + MAX_ID_CHARS + " characters)");
    }
    return value;
  }

  private static long between(String field, long value, long from, long to)
      throws RefusedException {
    if (value < from || value > to) {
      throw malformed(field + ": " + value + " (expected: " + from + " to " + to + ")");
    }
    return value;
  }

  private static <T> T of(List<T> values, String field, int number) throws RefusedException {
    return values.get((int) between(field, number, 0, values.size() - 1));
  }

  private static RefusedException malformed(String detail) {
    return new RefusedException(Refusal.MALFORMED, detail);
  }
}
