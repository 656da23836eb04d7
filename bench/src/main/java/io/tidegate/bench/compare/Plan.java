package io.tidegate.bench.compare;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How much is measured.
 *
 * @param name for people
 * @param rounds how often each contender gets its turn
 * @param breakIn how long each kind of traffic runs through a fresh proxy before anything is
 *     measured, so that what is compiled at run time is compiled
 * @param warmUp how long traffic runs before its window
 * @param window how long CPU time is taken
 * @param latencyWindow how long latencies are taken
 * @param syscallWindow how long system calls are counted
 * @param isThorough whether system calls are counted for more than the few workloads that tell
 *     most, and memory is taken more than once
 * @param idleRelays how many relays the memory is taken at
 * @param workloads the names of what is measured
 */
record Plan(
    String name,
    int rounds,
    Duration breakIn,
    Duration warmUp,
    Duration window,
    Duration latencyWindow,
    Duration syscallWindow,
    boolean isThorough,
    int idleRelays,
    Set<String> workloads) {

  private static final int IDLE_RELAYS = 5_000;

  Plan {
    workloads = new LinkedHashSet<>(workloads);
  }

  static Plan full() {
    return new Plan(
        "full",
        5,
        Duration.ofSeconds(3),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        true,
        IDLE_RELAYS,
        new LinkedHashSet<>(Workloads.usual()));
  }

  static Plan quick() {
    return new Plan(
        "quick",
        3,
        Duration.ofMillis(900),
        Duration.ofMillis(80),
        Duration.ofMillis(250),
        Duration.ofMillis(600),
        Duration.ofMillis(200),
        false,
        IDLE_RELAYS,
        new LinkedHashSet<>(Workloads.usual()));
  }

  Plan withRounds(int number) {
    return with(number, workloads);
  }

  Plan withWorkloads(Set<String> names) {
    return with(rounds, names);
  }

  private Plan with(int number, Set<String> names) {
    return new Plan(
        name,
        number,
        breakIn,
        warmUp,
        window,
        latencyWindow,
        syscallWindow,
        isThorough,
        idleRelays,
        names);
  }

  boolean has(String workload) {
    return workloads.contains(workload);
  }
}
