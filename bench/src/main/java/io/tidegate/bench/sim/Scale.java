package io.tidegate.bench.sim;

/**
 * How much is simulated.
 *
 * @param nodes managers and workers
 * @param managers the nodes that publish; no task runs on them
 * @param tasks in all, at least two for each service
 * @param seconds of virtual time in which things change
 */
record Scale(int nodes, int managers, int services, int tasks, int seconds) {

  static final Scale FULL = new Scale(1_000, 5, 10_000, 100_000, 20);

  Scale {
    check("nodes", nodes, 10, 10_000);
    check("managers", managers, 3, Math.min(7, nodes / 2));
    check("services", services, 1, 50_000);
    check("tasks", tasks, 2 * services, 1_000_000);
    check("seconds", seconds, 2, 3_600);
  }

  private static void check(String name, int value, int from, int to) {
    if (value < from || value > to) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + from + " to " + to + ")");
    }
  }

  /** Rolling updates replace one task in a hundred each second. */
  double updatesPerSecond() {
    return tasks / 100.0;
  }
}
