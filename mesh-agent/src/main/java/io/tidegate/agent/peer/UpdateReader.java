package io.tidegate.agent.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.cluster.Version;
import io.tidegate.agent.identity.RefusedException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Understands the messages of a publisher: every field is checked, whoever sent it. */
final class UpdateReader {

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
      throw Fields.malformed(String.valueOf(e.getMessage()));
    }
    Epoch epoch =
        new Epoch(
            Fields.id("publisher", update.getPublisher()),
            Fields.between("started_at_millis", update.getStartedAtMillis(), 0, Long.MAX_VALUE));
    long version = Fields.between("version", update.getVersion(), 1, Long.MAX_VALUE);
    long base = Fields.between("base", update.getBase(), 0, Long.MAX_VALUE);
    List<Commit.Change> changes = changes(update);
    List<TaskMark> marks = Marks.read(update.getMarksList());
    if (!marks.isEmpty() && (!changes.isEmpty() || base == 0 || update.getPartial())) {
      throw Fields.malformed("marks beside other things (expected: alone in an update)");
    }
    long upTo = Fields.between("up_to", update.getUpTo(), 0, Long.MAX_VALUE);
    return new Update(epoch, version, base, update.getPartial(), changes, marks, upTo);
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
      changes.add(new Commit.Change.Removed(kind, Fields.id("removed", id)));
    }
  }

  private static ClusterService service(PeerProtocol.Service service) throws RefusedException {
    List<ClusterService.Port> ports = new ArrayList<>(service.getPortsCount());
    for (PeerProtocol.Port port : service.getPortsList()) {
      ports.add(
          new ClusterService.Port(
              Fields.of(Numbers.PROTOCOLS, "protocol", port.getProtocol()),
              (int) Fields.between("target_port", port.getTargetPort(), 0, MAX_PORT),
              (int) Fields.between("published_port", port.getPublishedPort(), 0, MAX_PORT),
              Fields.of(Numbers.MODES, "publish_mode", port.getPublishMode())));
    }
    return new ClusterService(
        Fields.id("service.id", service.getId()),
        version(service.getVersion(), service.getWrittenAtNanos()),
        instant(service.getCreatedSeconds(), service.getCreatedNanos()),
        Fields.id("service.name", service.getName()),
        service.getLabelsMap(),
        ports,
        service.getVirtualIpsMap(),
        ClusterService.stopGrace(
            Duration.ofNanos(
                Fields.between(
                    "stop_grace_nanos", service.getStopGraceNanos(), 0, Long.MAX_VALUE))));
  }

  private static ClusterTask task(PeerProtocol.Task task) throws RefusedException {
    List<ClusterTask.Attachment> attachments = new ArrayList<>(task.getAttachmentsCount());
    for (PeerProtocol.Attachment attachment : task.getAttachmentsList()) {
      attachments.add(
          new ClusterTask.Attachment(
              Fields.text("network_id", attachment.getNetworkId()),
              Fields.text("network_name", attachment.getNetworkName()),
              attachment.getIngress(),
              attachment.getAddressesList()));
    }
    return new ClusterTask(
        Fields.id("task.id", task.getId()),
        version(task.getVersion(), task.getWrittenAtNanos()),
        Fields.text("task.service_id", task.getServiceId()),
        Fields.between("task.slot", task.getSlot(), 0, Long.MAX_VALUE),
        Fields.text("task.node_id", task.getNodeId()),
        ClusterTask.State.of((int) Fields.between("task.state", task.getState(), 0, 65_535)),
        ClusterTask.State.of(
            (int) Fields.between("task.desired_state", task.getDesiredState(), 0, 65_535)),
        attachments);
  }

  private static ClusterNode node(PeerProtocol.Node node) throws RefusedException {
    return new ClusterNode(
        Fields.id("node.id", node.getId()),
        version(node.getVersion(), node.getWrittenAtNanos()),
        Fields.text("node.name", node.getName()),
        Fields.text("node.address", node.getAddress()),
        Fields.of(Numbers.NODE_STATES, "node.state", node.getState()),
        Fields.of(Numbers.AVAILABILITIES, "node.availability", node.getAvailability()),
        Fields.of(Numbers.ROLES, "node.role", node.getRole()),
        new ClusterNode.Facts(
            Fields.text("node.os", node.getOs()),
            Fields.text("node.arch", node.getArch()),
            node.getLabelsMap(),
            node.getEngineLabelsMap()));
  }

  private static Version version(long index, long writtenAtNanos) throws RefusedException {
    return new Version(
        Fields.between("object's version", index, 0, Long.MAX_VALUE),
        Fields.between("written_at_nanos", writtenAtNanos, 0, Long.MAX_VALUE));
  }

  private static Instant instant(long seconds, int nanos) throws RefusedException {
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException | ArithmeticException e) {
      throw Fields.malformed("created_seconds: " + seconds + ": " + e.getMessage());
    }
  }
}
