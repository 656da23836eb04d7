package io.tidegate.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces tasks without a pause, in the ways that nobody announces: kills their processes on one
 * node after the other, so that Docker gives their addresses to the next ones. Each second time the
 * node's agent stands still meanwhile, and believes for a moment afterwards what was true before.
 * Between all that, services are updated.
 */
final class Replacements implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Replacements.class);

  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_STILL = Duration.ofSeconds(4);

  private final ProcessAgents agents;
  private final List<String> nodes;
  private final List<String> services;
  private final Random random = new Random(7);
  private final AtomicInteger killed = new AtomicInteger();
  private final AtomicInteger stills = new AtomicInteger();
  private final Thread thread;
  private volatile boolean stopped;

  Replacements(ProcessAgents agents, List<String> nodes, List<String> services) {
    this.agents = agents;
    this.nodes = nodes;
    this.services = services;
    thread = Thread.ofPlatform().name("replacements").start(this::replace);
  }

  private void replace() {
    for (int round = 0; !stopped; round++) {
      String node = nodes.get(round % nodes.size());
      try {
        if (round % 4 < 2) {
          killAllWhileStill(node);
        } else {
          kill(processes(node).stream().filter(process -> random.nextBoolean()).toList());
        }
        if (round % 4 == 3) {
          update(services.get(round / 4 % services.size()));
        }
      } catch (AssertionError e) {
        // A container that has just gone cannot be inspected: the next round has others.
        LOG.debug("round {}: {}", round, e.toString());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private void killAllWhileStill(String node) {
    List<ProcessHandle> before = processes(node);
    agents.signal(node, "STOP");
    try {
      stills.incrementAndGet();
      kill(before);
      long endNanos = System.nanoTime() + LONGEST_STILL.toNanos();
      while (!isReplaced(node, before) && System.nanoTime() - endNanos < 0) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } finally {
      agents.signal(node, "CONT");
    }
  }

  private static boolean isReplaced(String node, List<ProcessHandle> before) {
    return !before.isEmpty()
        && processes(node).stream().filter(process -> !before.contains(process)).count()
            >= before.size();
  }

  private void kill(List<ProcessHandle> processes) {
    processes.forEach(ProcessHandle::destroyForcibly);
    killed.addAndGet(processes.size());
  }

  private static void update(String service) {
    Swarm.docker("service", "update", "--force", "--detach", service);
  }

  private static List<ProcessHandle> processes(String node) {
    List<String> ids = Lab.docker(node, "ps", "--quiet").lines().toList();
    if (ids.isEmpty()) {
      return List.of();
    }
    List<String> inspect = new ArrayList<>(List.of("inspect", "--format", "{{.State.Pid}}"));
    inspect.addAll(ids);
    return Lab.docker(node, inspect.toArray(String[]::new))
        .lines()
        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
        .toList();
  }

  /** What was done, for people. */
  String summary() {
    return "%d tasks killed, agents stood still %d times".formatted(killed.get(), stills.get());
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(Duration.ofSeconds(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
