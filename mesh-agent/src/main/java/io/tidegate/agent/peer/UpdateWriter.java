package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Encodes updates, in parts where they are large. */
final class UpdateWriter {

  private final Epoch epoch;
  private final int partBytes;

  UpdateWriter(Epoch epoch, int partBytes) {
    this.epoch = epoch;
    this.partBytes = partBytes;
  }

  /** The whole state as messages, one at least. */
  List<byte[]> whole(long version, Iterable<ClusterObject> objects) {
    Parts parts = new Parts(version, 0);
    objects.forEach(parts::put);
    return parts.end();
  }

  /** The last message of a whole, which then says to which version what follows leads. */
  static byte[] leadingTo(long version, byte[] last) {
    byte[] field = PeerProtocol.Update.newBuilder().setUpTo(version).build().toByteArray();
    byte[] message = Arrays.copyOf(last, last.length + field.length);
    // fields may come in any order, and one message behind another is both
    System.arraycopy(field, 0, message, last.length, field.length);
    return message;
  }

  /** Changes as messages, one at least: without any, it says that nothing changed. */
  List<byte[]> changes(long version, long base, List<Commit.Change> changes) {
    Parts parts = new Parts(version, base);
    changes.forEach(parts::add);
    return parts.end();
  }

  /** Marks as one message. */
  byte[] marks(long version, long base, List<TaskMark> marks) {
    return header(version, base).addAllMarks(Marks.write(marks)).build().toByteArray();
  }

  private PeerProtocol.Update.Builder header(long version, long base) {
    return PeerProtocol.Update.newBuilder()
        .setPublisher(epoch.publisher())
        .setStartedAtMillis(epoch.startedAtMillis())
        .setVersion(version)
        .setBase(base);
  }

  /** The messages of one update, as they fill up. */
  private final class Parts {
    private final List<byte[]> done = new ArrayList<>();
    private final long version;
    private final long base;
    private PeerProtocol.Update.Builder part;
    private int bytes;

    Parts(long version, long base) {
      this.version = version;
      this.base = base;
      this.part = header(version, base);
    }

    void add(Commit.Change change) {
      switch (change) {
        case Commit.Change.Put(ClusterObject object) -> put(object);
        case Commit.Change.Removed removed -> remove(removed);
      }
    }

    void put(ClusterObject object) {
      switch (object) {
        case ClusterService service -> {
          PeerProtocol.Service message = UpdateWriter.service(service);
          makeRoom(message.getSerializedSize());
          part.addServices(message);
        }
        case ClusterTask task -> {
          PeerProtocol.Task message = UpdateWriter.task(task);
          makeRoom(message.getSerializedSize());
          part.addTasks(message);
        }
        case ClusterNode node -> {
          PeerProtocol.Node message = UpdateWriter.node(node);
          makeRoom(message.getSerializedSize());
          part.addNodes(message);
        }
      }
    }

    private void remove(Commit.Change.Removed removed) {
      makeRoom(removed.id().length());
      switch (removed.kind()) {
        case SERVICE -> part.addRemovedServices(removed.id());
        case TASK -> part.addRemovedTasks(removed.id());
        case NODE -> part.addRemovedNodes(removed.id());
      }
    }

    private void makeRoom(int more) {
      if (bytes > 0 && bytes + more > partBytes) {
        done.add(part.setPartial(true).build().toByteArray());
        part = header(version, base);
        bytes = 0;
      }
      bytes += more;
    }

    List<byte[]> end() {
      done.add(part.build().toByteArray());
      return done;
    }
  }

  private static PeerProtocol.Service service(ClusterService service) {
    Instant created = service.createdAt();
    PeerProtocol.Service.Builder message =
        PeerProtocol.Service.newBuilder()
            .setId(service.id())
            .setVersion(service.version().index())
            .setWrittenAtNanos(service.version().writtenAtNanos())
            .setCreatedSeconds(created.getEpochSecond())
            .setCreatedNanos(created.getNano())
            .setName(service.name())
            .putAllLabels(service.labels())
            .putAllVirtualIps(service.virtualIps())
            .setStopGraceNanos(service.stopGrace().toNanos());
    for (ClusterService.Port port : service.ports()) {
      message.addPorts(
          PeerProtocol.Port.newBuilder()
              .setProtocol(Numbers.PROTOCOLS.indexOf(port.protocol()))
              .setTargetPort(port.targetPort())
              .setPublishedPort(port.publishedPort())
              .setPublishMode(Numbers.MODES.indexOf(port.mode())));
    }
    return message.build();
  }

  private static PeerProtocol.Task task(ClusterTask task) {
    PeerProtocol.Task.Builder message =
        PeerProtocol.Task.newBuilder()
            .setId(task.id())
            .setVersion(task.version().index())
            .setWrittenAtNanos(task.version().writtenAtNanos())
            .setServiceId(task.serviceId())
            .setSlot(task.slot())
            .setNodeId(task.nodeId())
            .setState(task.state().number())
            .setDesiredState(task.desiredState().number());
    for (ClusterTask.Attachment attachment : task.attachments()) {
      message.addAttachments(
          PeerProtocol.Attachment.newBuilder()
              .setNetworkId(attachment.networkId())
              .setNetworkName(attachment.networkName())
              .setIngress(attachment.isIngress())
              .addAllAddresses(attachment.addresses()));
    }
    return message.build();
  }

  private static PeerProtocol.Node node(ClusterNode node) {
    return PeerProtocol.Node.newBuilder()
        .setId(node.id())
        .setVersion(node.version().index())
        .setWrittenAtNanos(node.version().writtenAtNanos())
        .setName(node.name())
        .setAddress(node.address())
        .setState(Numbers.NODE_STATES.indexOf(node.state()))
        .setAvailability(Numbers.AVAILABILITIES.indexOf(node.availability()))
        .setRole(Numbers.ROLES.indexOf(node.role()))
        .setOs(node.facts().os())
        .setArch(node.facts().arch())
        .putAllLabels(node.facts().labels())
        .putAllEngineLabels(node.facts().engineLabels())
        .build();
  }
}
