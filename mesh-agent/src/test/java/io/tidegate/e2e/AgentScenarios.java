package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Agents as plain processes on a real Swarm, to which something happens. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(KeptLogs.class)
abstract class AgentScenarios {

  private static final Logger LOG = LoggerFactory.getLogger(AgentScenarios.class);

  final ProcessAgents agents = new ProcessAgents();
  final Tables tables = new Tables();
  final Place client = Place.client();

  @BeforeAll
  void startAgents() {
    Lab.require();
    Lab.anew();
    agents.start();
    Lab.nodes()
        .forEach(node -> Wait.seconds(90).until(node + " is ready", () -> tables.isReady(node)));
    Lab.nodes().forEach(this::awaitFollows);
    tables.awaitGossip();
  }

  @AfterAll
  void stopAgents() {
    agents.close();
    client.close();
    tables.close();
  }

  @BeforeEach
  void removeServices() {
    Swarm.removeAll();
  }

  /** Waits until a node knows the Swarm by a manager's word; returns how long that took. */
  long awaitFollows(String node) {
    return Wait.seconds(60)
        .until(node + " follows", () -> !tables.source(node).equals("swarm-gossip"))
        .toMillis();
  }

  /** Waits until every node has what the Swarm runs of a service. */
  void awaitTables(String service, int tasks, int port) {
    Swarm.awaitRunning(service, tasks);
    tables.awaitEverywhereMillis(port, Swarm.running(service));
  }

  /** Scales a service, and every node must have seen it so soon after the Swarm was done. */
  void assertFollowsScale(String service, int tasks, int port, long withinMillis, String when) {
    Swarm.docker("service", "scale", "--detach", service + "=" + tasks);
    Swarm.awaitRunning(service, tasks);
    Set<String> running = Swarm.running(service);
    long tookMillis = tables.awaitKnownEverywhereMillis(port, running);
    report("%s: scaled to %d, on every node %d ms after Swarm", when, tasks, tookMillis);
    assertThat(tookMillis).as("%s, ms", when).isLessThanOrEqualTo(withinMillis);
  }

  /** Ends a load; no request may have failed. */
  static void assertNoneFailed(Load load, String what)
      throws InterruptedException, ExecutionException {
    List<Load.Request> requests = load.stop();
    String summary = Load.summary(requests);
    report("%s: %s", what, summary);
    assertThat(Load.failed(requests).size()).as("%s: %s", what, summary).isZero();
  }

  /**
   * What is lost at one instant is what was on its way just then. When that was is known only by
   * the begin and the end of what brought it about; returns an instant in between that fits.
   */
  static double assertLostAtOneInstant(
      List<Load.Request> failed, double fromSeconds, double toSeconds) {
    double instant =
        failed.stream().mapToDouble(Load.Request::fromSeconds).reduce(fromSeconds, Math::max);
    assertThat(instant)
        .as("it was over after %s s, failed: %s", toSeconds, failed)
        .isLessThan(toSeconds);
    assertThat(failed).allMatch(it -> it.wasInFlightAt(instant), "in flight at " + instant);
    return instant;
  }

  /** The task died at one instant during the kill: only what was on its way just then may fail. */
  static void assertInFlightAtOneInstant(
      List<Load.Request> requests, List<Load.Request> failed, double from, double to) {
    double death = assertLostAtOneInstant(failed, from, to);
    long inFlight = requests.stream().filter(request -> request.wasInFlightAt(death)).count();
    assertThat(failed.size())
        .as("the share of one task in %d requests in flight at %s s", inFlight, death)
        .isLessThanOrEqualTo((int) Math.max(2, inFlight / 2));
  }

  /** A line for people, and for whoever has to show the figures. */
  @SuppressWarnings("AnnotateFormatMethod")
  static void report(String format, Object... values) {
    LOG.info(format.formatted(values));
  }
}
