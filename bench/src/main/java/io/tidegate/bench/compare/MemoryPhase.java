package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.Contender;
import io.tidegate.bench.compare.contender.Memory;
import io.tidegate.bench.compare.load.ConnectClose;
import io.tidegate.bench.compare.load.IdleRelays;
import io.tidegate.bench.compare.load.Traffic;
import io.tidegate.bench.compare.load.TrafficException;
import io.tidegate.bench.compare.report.Figure;
import io.tidegate.bench.compare.report.Figure.Group;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * Takes by how much the memory of a fresh proxy grows when relays are opened that carry one request
 * and then nothing. Short connections go first, a few at a time, so that what a proxy touches only
 * once (code, free lists, a young generation) is touched before.
 */
final class MemoryPhase {

  static final Figure FIGURE =
      new Figure(Workloads.MEMORY, Group.MEMORY, "resident memory, 5,000 relays");

  private static final int ANSWER_BYTES = 1 << 10;
  private static final int SHORT_ONES = 20_000;
  private static final Duration SHORT_LIMIT = Duration.ofSeconds(10);
  private static final int THOROUGH_ROUNDS = 3;
  private static final Duration REST = Duration.ofMillis(250);
  private static final int MAX_RESTS = 20;
  private static final double CALM_SHARE = 0.02;
  private static final Duration OPEN_LIMIT = Duration.ofSeconds(20);
  private static final Duration ONCE = Duration.ofMillis(4_500);

  private final Bench bench;

  MemoryPhase(Bench bench) {
    this.bench = bench;
  }

  static Duration estimate(Plan plan, int contenders) {
    return ONCE.multipliedBy((long) rounds(plan) * contenders);
  }

  private static int rounds(Plan plan) {
    return plan.isThorough() ? THOROUGH_ROUNDS : 1;
  }

  void run() throws IOException {
    for (int round = 1; round <= rounds(bench.plan()); round++) {
      for (Contender contender : bench.contenders()) {
        bench.progress().turn("memory, round %d, %s".formatted(round, contender));
        try (Candidate candidate = Candidate.start(bench.loop(), bench.fleet(), contender)) {
          measure(candidate, round);
        }
      }
    }
  }

  private void measure(Candidate candidate, int round) throws IOException {
    try {
      touchAll(candidate);
      Memory before = candidate.proxy().memory();
      Traffic relays =
          new IdleRelays(
              bench.loop(), candidate.address(), candidate.responder(), bench.plan().idleRelays());
      relays.begin();
      int all = bench.plan().idleRelays();
      if (!bench.loop().runUntil(relays, () -> relays.units() == all, OPEN_LIMIT)) {
        throw new IOException(relays.units() + " of " + all + " relays were opened");
      }
      rest(candidate, relays);
      record(candidate, round, candidate.proxy().memory(), before);
      relays.finish();
    } catch (TrafficException | IOException e) {
      bench.loop().abandon(candidate.responder());
      bench.recorder().fail(FIGURE, candidate.name(), String.valueOf(e.getMessage()));
    }
  }

  /** Lets the proxy finish what it does on the side, as compiling. */
  private void rest(Candidate candidate, Traffic traffic) throws TrafficException {
    double calmNanos = REST.toNanos() * CALM_SHARE;
    for (int i = 0; i < MAX_RESTS; i++) {
      long before = candidate.proxy().cpuNanos();
      bench.loop().run(traffic, REST);
      if (candidate.proxy().cpuNanos() - before < calmNanos) {
        return;
      }
    }
  }

  private void touchAll(Candidate candidate) throws IOException, TrafficException {
    Traffic shortOnes =
        new ConnectClose(
            bench.loop(),
            candidate.address(),
            candidate.responder(),
            Workloads.CLIENTS,
            ANSWER_BYTES);
    shortOnes.begin();
    boolean _ =
        bench.loop().runUntil(shortOnes, () -> shortOnes.units() >= SHORT_ONES, SHORT_LIMIT);
    shortOnes.finish();
    rest(candidate, shortOnes);
  }

  private void record(Candidate candidate, int round, Memory after, Memory before) {
    Memory growth = after.minus(before);
    double relays = bench.plan().idleRelays();
    bench
        .recorder()
        .add(
            FIGURE,
            candidate.name(),
            round,
            growth.residentBytes() / relays,
            Map.of(
                "residentBytesBefore", (double) before.residentBytes(),
                "residentBytesAfter", (double) after.residentBytes(),
                "proportionalBytesPerRelay", growth.proportionalBytes() / relays));
  }
}
