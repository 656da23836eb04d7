package io.tidegate.agent.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidegate.agent.admin.FakeView;
import io.tidegate.agent.admin.WebTopology;
import io.tidegate.agent.takeover.TakeoverStatus;
import io.tidegate.routing.Access;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.Ejection;
import io.tidegate.routing.Policy;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The commands against a real admin address, in front of an agent whose state is set by hand. */
class ClientCommandsTest extends CommandsFixture {

  @Test
  void resolvesAService() {
    assertThat(execute("resolve", ":8080")).isZero();
    assertThat(lines())
        .containsSequence(
            "web  id s1",
            "ports       8080/tcp → 80 by docker",
            "virtual IPs 10.0.1.2 on backend",
            "            10.0.0.5 on ingress",
            "")
        .anyMatch(
            line ->
                line.matches(
                    "web.2 +t2 +worker-2 \\(n2\\) +draining +local .*swarm-watch +\\d+\\w"))
        .endsWith("web.4 is unreachable: no ingress_sbox")
        .allMatch(line -> line.length() <= Columns.WIDTH);
  }

  @Test
  void resolvesAServiceThatIsNotForEverybodyAndNotEverywhere() {
    assertThat(execute("resolve", "api")).isZero();
    assertThat(lines())
        .containsSequence(
            "allow       10.0.0.0/8",
            "            fd00:0:0:0:0:0:0:0/8",
            "deny        10.0.0.9/32",
            "bind        eth1",
            "            10.0.0.0/8",
            "nodes       node.role!=manager");
  }

  @Test
  void saysWhatMayHaveBeenMeant() {
    assertThat(execute("resolve", "wbe")).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("resolve: wbe: no such service (nearest: web, api)\n");
  }

  @Test
  void saysHowTheAgentFares() {
    view.settle(WebTopology.withoutDraining(view.nowNanos));
    assertThat(execute("status")).isZero();
    assertThat(lines())
        .contains(
            "agent       tidegate 1.2.3, up 1m",
            "ready       yes",
            "            tasks: 1 ready, 1 doubted, 1 unreachable; told by: 3 swarm-rest",
            "table       version 7, 12s old, 1 routes, 1 of 1 ports bound",
            "changes     1 since the start")
        .anyMatch(line -> line.startsWith("lag         swarm-watch, since written"))
        .allMatch(line -> line.length() <= Columns.WIDTH);
  }

  @Test
  void saysWhichRoutesAreNotForEverybodyOrNotEverywhere() {
    view.follow(WebTopology.NARROWED);
    assertThat(execute("status")).isZero();
    assertThat(lines())
        .containsSequence(
            "narrowed    8080/tcp web: allow 10.0.0.0/8, fd00:0:0:0:0:0:0:0/8",
            "            8080/tcp web: deny 10.0.0.9/32",
            "            8080/tcp web: bind eth1, 10.0.0.0/8",
            "            8080/tcp web: nodes node.role!=manager");
  }

  @Test
  void showsAsMuchOfLongListsAsALineHasRoomFor() {
    List<Cidr> many =
        IntStream.range(0, 256).mapToObj(i -> Cidr.parse("10.0." + i + ".0/24")).toList();
    view.follow(Policy.DEFAULT.withAccess(Access.OPEN.withDeny(many)));
    assertThat(execute("status")).isZero();
    assertThat(lines())
        .contains(
            "narrowed    8080/tcp web: deny 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24, 10.0.3.0/24 and 252 more");
  }

  @Test
  void showsRoutesWithAndWithoutTheirTasks() {
    assertThat(execute("routes")).isZero();
    assertThat(lines())
        .containsExactly(
            "PORT      SERVICE  TASKS                               ACTIVE  PARKED  LISTENER",
            "8080/tcp  web      2 ready, 1 draining, 1 unreachable       0       0  bound");
  }

  @Test
  void showsTheTasksOfOneRoute() {
    assertThat(execute("routes", "web")).isZero();
    assertThat(lines())
        .hasSize(5)
        .anyMatch(line -> line.matches("8080/tcp +web +web.1 +n1 +ready +local +172.18.0.3:80 .*"))
        .anyMatch(line -> line.matches(" +web.2 +worker-2 +draining +overlay .*swarm-watch .*"))
        .allMatch(line -> line.length() <= Columns.WIDTH);
    assertThat(execute("routes", ":9")).isEqualTo(1);
    assertThat(err.toString()).isEqualTo("routes: :9: no route (try: tidegate resolve :9)\n");
  }

  @Test
  void releasesPortsAndTakesThemAgain() {
    view.takeover =
        new TakeoverStatus(
            TakeoverStatus.Mode.TAKEOVER, "by the test", "there", Set.of(), false, false, 0, null);
    assertThat(execute("release")).isZero();
    assertThat(lines())
        .containsExactly(
            "released: new clients are Docker's, until --undo or the agent's next start");
    assertThat(execute("status")).isZero();
    assertThat(lines())
        .anyMatch(line -> line.contains("released: all ports are with Docker's mesh"));
    assertThat(execute("release", "--undo")).isZero();
    assertThat(lines()).contains("taken over: 1 ports");
  }

  @Test
  void saysWhyNothingCanBeReleased() {
    assertThat(execute("release")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo("release: takeover: no ports are taken over: nothing to take over from\n");
    server.close();
    assertThat(execute("release", "--netns-dir", "/none-such")).isEqualTo(1);
    assertThat(err.toString())
        .contains("no agent answers", "/none-such/ingress_sbox does not exist");
  }

  @Test
  void saysWhyATaskIsEjected() {
    view.eject();
    assertThat(execute("routes", "web")).isZero();
    assertThat(lines())
        .contains("8080/tcp web.3: ejected for 8.0s more: connects to it fail, 2 times in a row");
  }

  @Test
  void saysByWhoseEvidenceATaskIsEjected() {
    view.settle(WebTopology.witnessed(view.nowNanos));
    view.eject(Ejection.Cause.WITNESSES);
    assertThat(execute("routes", "web")).isZero();
    assertThat(lines())
        .contains(
            "8080/tcp web.3: ejected for 8.0s more: connects of other nodes to it fail,"
                + " 2 times in a row; witnessed by worker-2, n9");
  }

  @Test
  void saysWhyATaskIsUnwellOnItsNodeAndWhoKnowsElsewhere() {
    view.beUnwell("GET /up at 10.0.0.7:80: 503 (expected: 200 to 299)");
    assertThat(execute("routes", "web")).isZero();
    assertThat(lines())
        .contains(
            "8080/tcp web.3: unwell, 3 checks in a row failed:"
                + " GET /up at 10.0.0.7:80: 503 (expected: 200 to 299)");

    view.beUnwell(null);
    assertThat(execute("routes", "web")).isZero();
    assertThat(lines())
        .contains("8080/tcp web.3: unwell, as its node's agent says; ask that of worker-2 why");
  }

  @Test
  void printsTheAgentsAnswerForPrograms() throws Exception {
    for (String[] command : new String[][] {{"status"}, {"routes"}, {"resolve", "web"}}) {
      String[] args = Arrays.copyOf(command, command.length + 1);
      args[command.length] = "--json";
      assertThat(execute(args)).isZero();
    }
    try (var documents =
        new ObjectMapper().readerFor(Map.class).<Map<String, Object>>readValues(out.toString())) {
      assertThat(documents.readAll()).hasSize(3);
    }
  }

  @Test
  void colorsOnlyOnATerminal() {
    assertThat(execute("status")).isZero();
    assertThat(out.toString()).doesNotContain("\033[");
    assertThat(
            line("status", "--admin=" + address)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.ON))
                .execute("--admin=" + address))
        .isZero();
    assertThat(out.toString()).contains("\033[32myes");
  }

  @Test
  void takesTheAddressFromTheEnvironmentAsTheAgentDoes() {
    CommandLine line =
        new CommandLine(new StatusCommand(Map.of("TIDEGATE_ADMIN", address.toString())));
    assertThat(line.setOut(new PrintWriter(out)).execute()).isZero();
    assertThat(out.toString()).contains("tidegate 1.2.3");
  }

  @Test
  void saysInOneLineThatNoAgentIsThere() {
    server.close();
    for (String command : new String[] {"status", "routes", "watch"}) {
      assertThat(execute(command)).isEqualTo(1);
      assertThat(err.toString())
          .isEqualTo(
              "%s: %s: no agent answers (expected: the admin address of one; see --admin or TIDEGATE_ADMIN)\n"
                  .formatted(command, address));
      err.getBuffer().setLength(0);
    }
  }

  @Test
  void refusesAHostThatCannotStandInAUrl() {
    CommandLine line = new CommandLine(new StatusCommand(Map.of("TIDEGATE_ADMIN", "my_host:9180")));
    assertThat(line.setErr(new PrintWriter(err)).execute()).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "status: my_host:9180: not in a URL (expected: a host of letters, digits, - and .,"
                + " or its address)\n");
  }

  @Test
  void watchesChangesAsTheyCome() throws Exception {
    CompletableFuture<Integer> watching = watch("--count=1", "--histogram");
    view.settle(WebTopology.withoutDraining(view.nowNanos));
    assertThat(watching.get(20, TimeUnit.SECONDS)).isZero();
    assertThat(lines())
        .contains(
            "00:01:00.000  web           web.2             t2            worker-2    "
                + "draining → gone         swarm-watch      2.00 ms")
        .anyMatch(line -> line.startsWith("swarm-watch, since written        1  2.00 ms"))
        .anyMatch(line -> line.startsWith("    ≤ 2.5 ms        1  ####"))
        .allMatch(line -> line.length() <= Columns.WIDTH);
  }

  @Test
  void watchesInOneJsonObjectPerLine() throws Exception {
    view.settle(WebTopology.withoutDraining(view.nowNanos));
    assertThat(execute("watch", "--after=0", "--count=1", "--json")).isZero();
    assertThat(lines()).hasSize(1);
    assertThat(new ObjectMapper().readTree(out.toString()).at("/lagMillis").asDouble())
        .isEqualTo(2);
  }

  @Test
  void endsInTime() {
    assertThat(execute("watch", "--for=200ms")).isZero();
    assertThat(lines()).hasSize(1);
  }

  @Test
  void endsWhenItIsTold() throws Exception {
    CompletableFuture<Integer> watching = watch("--histogram");
    told.countDown();
    assertThat(watching.get(20, TimeUnit.SECONDS)).isZero();
    assertThat(lines()).last().asString().startsWith("LAG ");
  }

  @Test
  void goesOnWhenTheAgentWasStartedAgain() throws Exception {
    CompletableFuture<Integer> watching = watch("--count=1");
    server.close();
    Awaitility.await().until(() -> err.toString().contains("the agent is gone; waiting for it"));
    view = new FakeView(FakeView.NOW.plus(Duration.ofHours(1))).withWeb();
    serve(address);
    view.settle(WebTopology.withoutDraining(view.nowNanos));
    assertThat(watching.get(20, TimeUnit.SECONDS)).isZero();
    assertThat(err.toString()).contains("the agent was started again");
    assertThat(out.toString()).contains("01:01:00.000").contains("draining → gone");
  }

  /** Watches on another thread; back once it has begun. */
  private CompletableFuture<Integer> watch(String... options) {
    String[] args = new String[options.length + 2];
    args[0] = "watch";
    args[1] = "--after=0";
    System.arraycopy(options, 0, args, 2, options.length);
    CompletableFuture<Integer> watching = new CompletableFuture<>();
    Thread.ofPlatform().daemon().start(() -> watching.complete(execute(args)));
    Awaitility.await().until(() -> out.toString().contains("SERVICE"));
    return watching;
  }
}
