package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterStore;
import io.tidegate.agent.cluster.ClusterStore.Heard;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.docker.Addresses;
import io.tidegate.agent.docker.MeshPorts;
import io.tidegate.agent.labels.Labels;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Publication;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.VirtualIp;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The published services in what a manager knows, whatever brought it; those with virtual addresses
 * too where these count. A change costs what it touches: every other service stays the same object.
 *
 * <p>A task takes traffic when it runs, is meant to run and its node is not down; a node that is
 * unknown (all of them are after a change of leader) or disconnected still counts. A task that runs
 * and is meant to stop is draining.
 */
final class ClusterView {

  private final ClusterStore store = new ClusterStore();
  private final Map<String, SeenService> seenById = new HashMap<>();
  private final boolean isVirtual;

  /** One for which virtual addresses do not count. */
  ClusterView() {
    this(false);
  }

  /**
   * @param isVirtual whether virtual addresses count
   */
  ClusterView(boolean isVirtual) {
    this.isVirtual = isVirtual;
  }

  /**
   * What a step changed.
   *
   * @param services the published services that changed by name, null for those that are gone
   * @param objects the services that were touched, published or not
   */
  record Change(
      Map<String, @Nullable SeenService> services,
      List<ClusterService> objects,
      boolean hasNodes) {}

  /** All services that are published, through Docker's mesh or by label. */
  Collection<SeenService> services() {
    return seenById.values();
  }

  /** All services, published or not. */
  Collection<ClusterService> all() {
    return store.services();
  }

  Collection<ClusterNode> nodes() {
    return store.nodes();
  }

  /** Takes a whole state for the truth, but for what was heard after a moment since 1970. */
  Change replace(ClusterState state, Heard heard, long asOfNanos) {
    return update(store.replace(state, heard, asOfNanos));
  }

  Change apply(Commit commit, Heard heard) {
    return update(store.apply(commit, heard));
  }

  /** Whether a task is known to run no more, or to be gone. */
  boolean hasEnded(String taskId) {
    ClusterTask task = store.task(taskId);
    return task == null
        ? store.isRemoved(taskId)
        : task.state().compareTo(ClusterTask.State.RUNNING) > 0;
  }

  /** The same in its store, to be asked what it knows. */
  ClusterStore store() {
    return store;
  }

  private Change update(ClusterStore.Touched touched) {
    Map<String, @Nullable SeenService> services = new LinkedHashMap<>();
    List<ClusterService> objects = new ArrayList<>();
    Map<String, @Nullable SeenService> now = new LinkedHashMap<>();
    for (String id : touched.serviceIds()) {
      ClusterService service = store.service(id);
      if (service != null) {
        objects.add(service);
      }
      SeenService before = seenById.remove(id);
      if (before != null) {
        services.put(before.name(), null);
      }
      now.put(id, service == null ? null : reused(before, seen(service)));
    }
    // after what is gone: another service may have its name by now
    now.forEach(
        (id, service) -> {
          if (service != null) {
            seenById.put(id, service);
            services.put(service.name(), service);
          }
        });
    services.replaceAll((name, service) -> service == null ? namesake(name) : service);
    return new Change(services, objects, touched.hasNodes());
  }

  /** Another one by that name, as while one is heard of that follows it, but not yet of its end. */
  private @Nullable SeenService namesake(String name) {
    for (SeenService service : seenById.values()) {
      if (service.name().equals(name)) {
        return service;
      }
    }
    return null;
  }

  private static @Nullable SeenService reused(
      @Nullable SeenService before, @Nullable SeenService now) {
    if (before == null || now == null) {
      return now;
    }
    SeenService kept = now.withOriginsOf(before);
    return kept.equals(before) ? before : kept;
  }

  private @Nullable SeenService seen(ClusterService service) {
    List<Publication> publications = MeshPorts.of(service);
    boolean isOfUse =
        !publications.isEmpty()
            || service.labels().containsKey(Labels.PUBLISH.name())
            || (isVirtual && !service.virtualIps().isEmpty());
    return !isOfUse
        ? null
        : new SeenService(service.name(), publications, virtualIps(service), tasks(service));
  }

  private List<SeenTask> tasks(ClusterService service) {
    List<SeenTask> seen = new ArrayList<>();
    for (ClusterTask task : store.tasksOf(service.id())) {
      TaskState state = state(task);
      if (state != null) {
        seen.add(
            new SeenTask(
                task.id(),
                name(service.name(), task),
                task.nodeId(),
                state,
                ingressAddress(task),
                isVirtual ? addresses(service, task) : Map.of(),
                origin(task)));
      }
    }
    return seen;
  }

  private @Nullable TaskState state(ClusterTask task) {
    if (task.state() != ClusterTask.State.RUNNING || store.isDown(task.nodeId())) {
      return null;
    }
    if (task.desiredState() != ClusterTask.State.RUNNING) {
      return TaskState.DRAINING;
    }
    Heard heard = store.heard(task.id());
    boolean isSaved = heard != null && heard.source().equals(Sources.SAVED);
    return isSaved ? TaskState.DOUBTED : TaskState.RUNNING;
  }

  private static String name(String serviceName, ClusterTask task) {
    return serviceName + "." + (task.slot() > 0 ? Long.toString(task.slot()) : task.nodeId());
  }

  private Origin origin(ClusterTask task) {
    Heard heard = store.heard(task.id());
    return heard == null
        ? Origin.NONE
        : new Origin(heard.source(), task.version().writtenAtNanos(), heard.atNanos());
  }

  private List<VirtualIp> virtualIps(ClusterService service) {
    List<VirtualIp> known = new ArrayList<>(service.virtualIps().size());
    service
        .virtualIps()
        .forEach(
            (networkId, text) -> {
              InetAddress address = Addresses.parse(text);
              if (address != null) {
                known.add(new VirtualIp(networkId, networkName(service, networkId), address));
              }
            });
    return known;
  }

  /** A network is called by name only where one of its tasks is. */
  private String networkName(ClusterService service, String networkId) {
    for (ClusterTask task : store.tasksOf(service.id())) {
      for (ClusterTask.Attachment attachment : task.attachments()) {
        if (attachment.networkId().equals(networkId) && !attachment.networkName().isEmpty()) {
          return attachment.networkName();
        }
      }
    }
    return networkId;
  }

  /** The ingress network's is kept apart: its mesh is another. */
  private static Map<String, InetAddress> addresses(ClusterService service, ClusterTask task) {
    Map<String, InetAddress> addresses = Map.of();
    for (ClusterTask.Attachment attachment : task.attachments()) {
      if (!attachment.isIngress()
          && service.virtualIps().containsKey(attachment.networkId())
          && !attachment.addresses().isEmpty()) {
        InetAddress address = Addresses.parse(attachment.addresses().getFirst());
        if (address != null) {
          addresses = with(addresses, attachment.networkId(), address);
        }
      }
    }
    return addresses;
  }

  /** Mostly there is one. */
  private static Map<String, InetAddress> with(
      Map<String, InetAddress> others, String networkId, InetAddress address) {
    if (others.isEmpty()) {
      return Map.of(networkId, address);
    }
    Map<String, InetAddress> more = new HashMap<>(others);
    more.put(networkId, address);
    return more;
  }

  private static @Nullable InetAddress ingressAddress(ClusterTask task) {
    for (ClusterTask.Attachment attachment : task.attachments()) {
      if (attachment.isIngress() && !attachment.addresses().isEmpty()) {
        return Addresses.parse(attachment.addresses().getFirst());
      }
    }
    return null;
  }
}
