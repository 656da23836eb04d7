package io.tidegate.agent.demo;

import io.tidegate.routing.Origin;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Swarm of a few services whose tasks are {@link Responder}s: does what it is told, and what
 * follows from it in Swarm's own time. For one thread; time is the agenda's.
 *
 * <pre>
 * replace  0 s draining ── 2 s stopped ── 1 s later a new task
 * kill     0 s dead ── 0.7 s noticed, out of the topology ── 1 s later a new task
 * update   the same as replace, for one task after the other
 * </pre>
 */
final class SmallSwarm implements AutoCloseable {

  /** Swarm waits this long between taking a task out of its own mesh and SIGTERM. */
  static final long STOP_DELAY_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** How long a dead task stays listed. */
  static final long NOTICE_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

  /** From a task's end to the start of its replacement. */
  static final long START_DELAY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int ID_LENGTH = 25;
  private static final int NODES = 3;

  private final Agenda agenda;
  private final Random random;
  private final Consumer<String> events;
  private final Map<String, DemoService> services = new TreeMap<>();
  private Origin newest = Origin.NONE;
  // Tasks on a network so far.
  private int started;

  /**
   * @param events gets one sentence for each thing that happens
   */
  SmallSwarm(Agenda agenda, Random random, Consumer<String> events) {
    this.agenda = agenda;
    this.random = random;
    this.events = events;
  }

  /** Adds a published service with its tasks running. */
  void create(String name, int port, int replicas) {
    create(name, port, replicas, null);
  }

  /** The same with a virtual address on a network, or null for none. */
  void create(String name, int port, int replicas, @Nullable DemoNetwork network) {
    services.put(name, new DemoService(name, port, network));
    scale(name, replicas);
  }

  void act(Action action) {
    switch (action) {
      case Action.Scale(String service, int replicas) -> scale(service, replicas);
      case Action.Kill(String task) -> kill(task);
      case Action.Replace(String task) -> replace(task);
      case Action.Update(String service) -> update(service);
      case Action.Publish(String service) -> publish(service, true);
      case Action.Unpublish(String service) -> publish(service, false);
    }
  }

  Topology topology() {
    return new Topology(
        services.values().stream().map(DemoService::toService).toList(), List.of(), newest);
  }

  /** Every task that is listed, in the order of services and replicas. */
  List<DemoTask> tasks() {
    return services.values().stream().flatMap(service -> service.tasks.values().stream()).toList();
  }

  /** The names of the services whose port is published. */
  Set<String> published() {
    return services.values().stream()
        .filter(service -> service.isPublished)
        .map(service -> service.name)
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    tasks().forEach(task -> task.process.close());
  }

  private void scale(String name, int replicas) {
    DemoService service = service(name);
    service.replicas = replicas;
    for (int replica = 1; replica <= replicas; replica++) {
      if (!service.tasks.containsKey(replica)) {
        start(service, replica);
      }
    }
    new ArrayList<>(service.tasks.tailMap(replicas + 1).keySet())
        .forEach(replica -> drain(service, replica));
  }

  private void kill(String name) {
    withTask(
        name,
        (service, replica, task) -> {
          task.process.kill();
          events.accept(name + " dies; Swarm has not noticed yet");
          agenda.after(NOTICE_DELAY_NANOS, () -> end(service, replica, task, "is found dead"));
        });
  }

  private void replace(String name) {
    withTask(name, (service, replica, task) -> drain(service, replica));
  }

  private void update(String name) {
    DemoService service = service(name);
    long delayNanos = 0;
    for (int replica : service.tasks.keySet()) {
      agenda.after(delayNanos, () -> drain(service, replica));
      delayNanos += STOP_DELAY_NANOS + START_DELAY_NANOS;
    }
  }

  private void publish(String name, boolean isPublished) {
    DemoService service = service(name);
    service.isPublished = isPublished;
    events.accept(
        "port %d of %s is %s"
            .formatted(service.port, name, isPublished ? "published" : "no longer published"));
  }

  private void start(DemoService service, int replica) {
    String name = service.taskName(replica);
    try {
      service.tasks.put(replica, newTask(name, service.network));
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot listen", e);
    }
    events.accept(name + " runs");
  }

  private DemoTask newTask(String name, @Nullable DemoNetwork network) throws IOException {
    InetSocketAddress inside = network == null ? null : network.ofTask(started++);
    return new DemoTask(
        newId(),
        name,
        newNode(),
        Responder.start(name, inside),
        inside == null ? null : inside.getAddress());
  }

  private void drain(DemoService service, int replica) {
    DemoTask task = service.tasks.get(replica);
    if (task == null || task.state == TaskState.DRAINING) {
      return;
    }
    task.drain();
    task.process.leave();
    events.accept(task.name + " drains");
    agenda.after(
        STOP_DELAY_NANOS,
        () -> {
          task.process.close();
          end(service, replica, task, "has stopped");
        });
  }

  private void end(DemoService service, int replica, DemoTask task, String how) {
    if (!service.tasks.remove(replica, task)) {
      return;
    }
    newest = DemoTask.written();
    events.accept(task.name + " " + how);
    agenda.after(
        START_DELAY_NANOS,
        () -> {
          if (replica <= service.replicas && !service.tasks.containsKey(replica)) {
            start(service, replica);
          }
        });
  }

  private interface TaskUse {
    void accept(DemoService service, int replica, DemoTask task);
  }

  private void withTask(String name, TaskUse use) {
    int dot = name.lastIndexOf('.');
    DemoService service = service(name.substring(0, Math.max(dot, 0)));
    int replica = Integer.parseInt(name.substring(dot + 1));
    DemoTask task = service.tasks.get(replica);
    if (task != null) {
      use.accept(service, replica, task);
    }
  }

  private DemoService service(String name) {
    DemoService service = services.get(name);
    if (service == null) {
      throw new IllegalArgumentException(
          "service: " + name + " (expected: one of " + services.keySet() + ")");
    }
    return service;
  }

  private String newId() {
    StringBuilder id = new StringBuilder(ID_LENGTH);
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(Character.forDigit(random.nextInt(Character.MAX_RADIX), Character.MAX_RADIX));
    }
    return id.toString();
  }

  private String newNode() {
    return "node-" + (1 + random.nextInt(NODES));
  }
}
