package io.tidegate.bench;

import io.tidegate.bench.compare.load.TrafficException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Tells whether picks and relays cost the same with few endpoints in the table and with very many:
 * both take turns in one process, and each turn with few is set against the one with many behind
 * it.
 */
public final class TableSize {

  private static final int FEW = 10;
  private static final int MANY = 100_000;
  private static final int PER_ROUTE = 10;
  private static final int ROUNDS = 15;

  /** Something that can be measured again and again. */
  interface Subject extends AutoCloseable {
    /** The cost of one operation now. */
    double cost() throws IOException, TrafficException;

    @Override
    default void close() {}
  }

  /** Makes a subject of a number of routes with a number of endpoints each. */
  private interface Maker {
    Subject make(int routes, int endpointsPerRoute) throws IOException, TrafficException;
  }

  private TableSize() {}

  /** Prints a line for each thing that is compared. */
  public static void main(String[] args) throws IOException, TrafficException {
    System.out.printf(
        "%-40s %-26s %-26s %s%n",
        "median (range)", FEW + " endpoints", MANY + " endpoints", "ratio");
    compare("pick, ns, one route", PickCost::new, 1, MANY);
    compare("pick, ns, routes of ten", PickCost::new, MANY / PER_ROUTE, PER_ROUTE);
    compare("connection, µs of CPU, one route", RelayCost::new, 1, MANY);
    compare("connection, µs of CPU, routes of ten", RelayCost::new, MANY / PER_ROUTE, PER_ROUTE);
  }

  private static void compare(String name, Maker maker, int routes, int endpointsPerRoute)
      throws IOException, TrafficException {
    List<double[]> rounds = new ArrayList<>();
    try (Subject few = maker.make(1, FEW);
        Subject many = maker.make(routes, endpointsPerRoute)) {
      for (int round = 0; round < ROUNDS; round++) {
        rounds.add(new double[] {few.cost(), many.cost()});
      }
    }
    System.out.printf(
        "%-40s %-26s %-26s %s%n",
        name,
        summary(rounds, round -> round[0]),
        summary(rounds, round -> round[1]),
        summary(rounds, round -> round[1] / round[0]));
  }

  private static String summary(List<double[]> rounds, ToDoubleFunction<double[]> value) {
    double[] values = rounds.stream().mapToDouble(value).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%.2f (%.2f – %.2f)",
        values[values.length / 2],
        values[0],
        values[values.length - 1]);
  }
}
