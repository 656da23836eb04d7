package io.tidegate.e2e;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** What the tests ask of the Swarm, through the docker client on one manager, the first one. */
final class Swarm {

  private static final String IMAGE = "tidegate-lab/http";

  private static volatile String asked = "n1";

  private Swarm() {}

  /** Asks another manager from now on. */
  static void ask(String manager) {
    asked = manager;
  }

  /** Creates a service of tasks that answer with their own task id. */
  static void createWeb(String name, int replicas, int port, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "service",
                "create",
                "--detach",
                "--name",
                name,
                "--replicas",
                String.valueOf(replicas),
                "--publish",
                port + ":80",
                "--hostname",
                "{{.Task.ID}}",
                "--env",
                "NODE={{.Node.Hostname}}"));
    args.addAll(List.of(options));
    args.add(IMAGE);
    docker(args.toArray(String[]::new));
    awaitRunning(name, replicas);
  }

  /** Creates a service on some networks, with a task on every node. */
  static void createOnEveryNode(String name, List<String> networks) {
    List<String> args =
        new ArrayList<>(
            List.of("service", "create", "--detach", "--name", name, "--mode", "global"));
    networks.forEach(network -> args.addAll(List.of("--network", network)));
    args.add(IMAGE);
    docker(args.toArray(String[]::new));
    awaitRunning(name, Lab.nodes().size());
  }

  /** The address of a service on a network. */
  static String virtualAddress(String service, String network) {
    String id = docker("network", "inspect", "--format", "{{.Id}}", network);
    String format = "{{range .Endpoint.VirtualIPs}}{{.NetworkID}} {{println .Addr}}{{end}}";
    for (String line : lines("service", "inspect", "--format", format, service)) {
      if (line.startsWith(id + " ")) {
        return line.substring(id.length() + 1, line.indexOf('/'));
      }
    }
    throw new AssertionError(service + " has no address on " + network);
  }

  /** Creates a one-task service that misbehaves on request; see deploy/lab/tricks.pl. */
  static void createTricks(int port, String node) {
    docker(
        "service",
        "create",
        "--detach",
        "--name",
        "tricks",
        "--publish",
        port + ":7008",
        "--constraint",
        "node.hostname==" + node,
        "--entrypoint",
        "/bin/tricks",
        IMAGE);
    awaitRunning("tricks", 1);
  }

  /** Kills a container of a task, by a part of its name. */
  static void killContainer(String node, String nameContains) {
    kill(container(node, nameContains));
  }

  /**
   * Kills a container with signal 9, as the kernel would that is out of memory, and waits until it
   * is dead: it may live for some milliseconds, and accept clients.
   */
  static void kill(Container container) {
    container.kill();
    container.process().onExit().orTimeout(5, TimeUnit.SECONDS).join();
  }

  /** A container of a task, by a part of its name. */
  static Container container(String node, String nameContains) {
    return containers(node, nameContains).getFirst();
  }

  static List<Container> containers(String node, String nameContains) {
    return Lab.docker(node, "ps", "--format", "{{.Names}}", "--filter", "name=" + nameContains)
        .lines()
        .map(name -> named(node, name))
        .toList();
  }

  private static Container named(String node, String name) {
    String pid = Lab.docker(node, "inspect", "--format", "{{.State.Pid}}", name);
    return new Container(
        name.substring(name.lastIndexOf('.') + 1),
        ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
  }

  /** A container of a task, with the process that it lives by. */
  record Container(String taskId, ProcessHandle process) {

    /** Kills it with signal 9; returns the time just before. */
    Instant kill() {
      Instant at = Instant.now();
      if (!process.destroyForcibly()) {
        throw new AssertionError("cannot kill pid " + process.pid());
      }
      return at;
    }

    /** Sends it a signal by name, as {@code STOP}. */
    void signal(String name) {
      Signals.send(process, name);
    }
  }

  /** When a node's engine says that a container died. */
  static Instant diedAt(String node, Container container, Instant since) {
    String atNanos =
        Lab.docker(
            node,
            "events",
            "--since",
            String.valueOf(since.getEpochSecond()),
            "--until",
            String.valueOf(Instant.now().getEpochSecond() + 1),
            "--filter",
            "event=die",
            "--filter",
            "label=com.docker.swarm.task.id=" + container.taskId(),
            "--format",
            "{{.TimeNano}}");
    return Instant.EPOCH.plusNanos(Long.parseLong(atNanos));
  }

  static String docker(String... args) {
    return Operator.docker(asked, args);
  }

  static void remove(String... services) {
    for (String service : services) {
      docker("service", "rm", service);
    }
  }

  static void removeAll() {
    for (String service : lines("service", "ls", "--format", "{{.Name}}")) {
      remove(service);
    }
  }

  /**
   * Waits until Swarm has reached the state it was asked for: so many tasks run, and none is on its
   * way out.
   */
  static void awaitRunning(String service, int tasks) {
    awaitRunning(Wait.seconds(90), service, tasks);
  }

  static void awaitRunning(Wait wait, String service, int tasks) {
    wait.until(
        service + " runs " + tasks + " tasks",
        () ->
            running(service).size() == tasks
                && lines("service", "ps", service, "--format", "{{.CurrentState}}").stream()
                        .filter(state -> state.startsWith("Running"))
                        .count()
                    == tasks);
  }

  /** The ids of the tasks that are meant to run, once all of them do. */
  static Set<String> running(String service) {
    Set<String> ids = new TreeSet<>();
    for (String line :
        lines(
            "service",
            "ps",
            service,
            "--no-trunc",
            "--filter",
            "desired-state=running",
            "--format",
            "{{.ID}} {{.CurrentState}}")) {
      if (!line.contains(" Running")) {
        return Set.of();
      }
      ids.add(line.substring(0, line.indexOf(' ')));
    }
    return ids;
  }

  private static List<String> lines(String... args) {
    return docker(args).lines().filter(line -> !line.isBlank()).toList();
  }
}
