package io.tidegate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Clients that are passed to tasks by the agents of other nodes, while these tasks are replaced all
 * the time and Docker gives their addresses to others. Whoever is asked tells its own name, and for
 * whom the client was: a header says so that the agent on the task's node writes.
 */
class ReplacedTasksIT extends AgentScenarios {

  private static final int TOLD_PORT = 8080;
  private static final int SEEN_PORT = 8081;
  private static final int TASKS = 4;
  private static final String NEAR = "n3";
  private static final List<String> FAR = List.of("n1", "n2");

  /** {@code -Dtidegate.replaced=10000} takes more of them, and longer. */
  private static final int CLIENTS = Integer.getInteger("tidegate.replaced", 1_000);

  private static final int CALLERS = 10;
  private static final Duration PAUSE = Duration.ofMillis(60);
  private static final Pattern ANSWER =
      Pattern.compile("peer=(\\S+):\\d+\nwhom=(\\S+)\nservice=(\\S+)\ntask=(\\S+) node=.*\n");

  /** What one client has heard; a detour is no hop, and another agent's choice. */
  private enum Heard {
    RIGHT,
    WRONG,
    DETOUR,
    NOTHING
  }

  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicInteger begun = new AtomicInteger();

  @Test
  void noClientIsDeliveredToAContainerThatItIsNotFor() throws Exception {
    Swarm.docker("network", "create", "--driver", "overlay", "back");
    create("told", "--label", "tidegate.publish=8080:80", "--label", "tidegate.client-ip=proxy-v2");
    create("seen", "--publish", "8081:80", "--label", "tidegate.client-ip=transparent");
    create("other", "--update-order", "start-first");
    awaitTables("told", TASKS, TOLD_PORT);
    awaitTables("seen", TASKS, SEEN_PORT);
    assertHops(TOLD_PORT);
    assertHops(SEEN_PORT);
    Map<Heard, Long> heard;
    String replaced;
    try (Replacements replacements =
        new Replacements(agents, FAR, List.of("told", "seen", "other"))) {
      heard = call();
      replaced = replacements.summary();
    }
    report(
        "%d clients: %s; on the tasks' nodes %d were taken by %d connections, %d refused, %d of these"
            + " as the task had lost its address; %s",
        CLIENTS,
        heard,
        tables.count("tidegate_hops_taken_total", FAR),
        tables.count("tidegate_hop_connections_total", FAR),
        tables.count("tidegate_hops_refused_total", FAR),
        tables.count("tidegate_hops_strayed_total", FAR),
        replaced);
    assertThat(wrong).isEmpty();
    assertThat(heard.getOrDefault(Heard.RIGHT, 0L)).isGreaterThan(CLIENTS * 8L / 10);
  }

  private static void create(String name, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of("service", "create", "--detach", "--name", name, "--network", "back"));
    args.addAll(List.of("--replicas", String.valueOf(TASKS), "--restart-delay", "0s"));
    args.addAll(List.of("--hostname", "{{.Task.ID}}", "--env", "SERVICE=" + name));
    args.addAll(List.of("--constraint", "node.hostname!=" + NEAR));
    args.addAll(List.of(options));
    args.add("tidegate-lab/http");
    Swarm.docker(args.toArray(String[]::new));
    Swarm.awaitRunning(name, TASKS);
  }

  private void assertHops(int port) throws IOException {
    for (JsonNode endpoint : tables.route(NEAR, port).path("endpoints")) {
      assertThat(endpoint.path("reach").path("kind").asText()).isEqualTo("hop");
    }
  }

  /** All clients, from several callers at once, so that there is always one under way. */
  private Map<Heard, Long> call() throws Exception {
    List<Future<List<Heard>>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(client.start(this::callAgainAndAgain));
    }
    List<Heard> all = new ArrayList<>();
    for (Future<List<Heard>> caller : callers) {
      all.addAll(caller.get());
    }
    return all.stream().collect(Collectors.groupingBy(heard -> heard, Collectors.counting()));
  }

  private List<Heard> callAgainAndAgain() {
    List<Heard> all = new ArrayList<>();
    for (int i = begun.getAndIncrement(); i < CLIENTS; i = begun.getAndIncrement()) {
      all.add(ask(i % 2 == 0 ? TOLD_PORT : SEEN_PORT));
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return all;
  }

  private Heard ask(int port) {
    String answer;
    try {
      answer = Http.get(Lab.address(NEAR), port, "/whom");
    } catch (IOException e) {
      // A task that was killed before it had answered.
      return Heard.NOTHING;
    }
    var said = ANSWER.matcher(answer);
    if (!said.matches()) {
      wrong.add("not understood: " + answer);
      return Heard.WRONG;
    }
    if (!said.group(1).equals(Lab.address("client"))) {
      return Heard.DETOUR;
    }
    boolean isRight =
        port == TOLD_PORT ? said.group(2).equals(said.group(4)) : said.group(3).equals("seen");
    if (!isRight) {
      wrong.add(port + ": " + answer);
    }
    return isRight ? Heard.RIGHT : Heard.WRONG;
  }
}
