package io.tidegate.agent.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.source.CheckStatus;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.HealthCheck;
import io.tidegate.routing.HealthCheck.Exchange;
import io.tidegate.routing.HealthCheck.Kind;
import io.tidegate.routing.HealthCheck.Pace;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import io.tidegate.routing.Topology;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is asked when, and what follows from it, in hand-moved time. */
class CheckupsTest {

  private static final HealthCheck HTTP = HealthCheck.OFF.withKind(Kind.HTTP);
  private static final Outcome SICK = Outcome.failed("503");
  private static final Reach LOCAL = Reach.local(InetAddress.ofLiteral("172.18.0.3"), "here");

  private final Checkups checkups = new Checkups(() -> 42, new Random(7));
  private long nowNanos;

  @Test
  void spreadsTheFirstChecksOverAnInterval() {
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tasks.add(task("t" + i));
    }
    offer(service(HTTP, tasks));

    List<Integer> perTenth = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      nowNanos += Duration.ofMillis(100).toNanos();
      perTenth.add(checkups.takeDue(nowNanos).size());
    }

    assertThat(perTenth.stream().mapToInt(Integer::intValue).sum()).isEqualTo(100);
    assertThat(perTenth).allMatch(count -> count >= 2 && count <= 25);
  }

  @Test
  void takesATimeWithinATenthOfTheIntervalSoThatNothingMarchesInStep() {
    offer(service(HTTP, List.of(task("t1"))));
    settle();
    TreeSet<Long> waits = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      waits.add(end(Outcome.PASSED));
    }

    assertThat(waits.first()).isGreaterThanOrEqualTo(Duration.ofMillis(900).toNanos());
    assertThat(waits.last()).isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    assertThat(waits).hasSizeGreaterThan(100);
  }

  @Test
  void asksNobodyTwiceAtOnce() {
    offer(service(HTTP, List.of(task("t1"))));
    settle();

    pass(Duration.ofSeconds(1));
    assertThat(checkups.takeDue(nowNanos)).hasSize(1);
    pass(Duration.ofMinutes(1));
    assertThat(checkups.takeDue(nowNanos)).isEmpty();
  }

  @Test
  void tellsThatATaskIsUnwellAfterThreeFailuresInARow() {
    offer(service(HTTP, List.of(task("t1"))));
    settle();

    end(SICK);
    end(SICK);
    assertThat(news()).isEmpty();
    end(Outcome.PASSED);
    end(SICK);
    end(SICK);
    assertThat(news()).isEmpty();
    end(SICK);
    assertThat(news()).containsExactly(new TaskMark("t1", TaskMark.Kind.UNWELL, 42));
    assertThat(news()).isEmpty();
    assertThat(checkups.status().tasks().get("t1"))
        .isEqualTo(new CheckStatus.TaskCheck(true, 3, "503"));
    assertThat(checkups.status().services().get("web")).isEqualTo(new CheckStatus.Counts(3, 5, 0));
  }

  @Test
  void findsATaskThatHangsWithinThreeSecondsOfItsLastGoodAnswer() {
    for (int i = 0; i < 100; i++) {
      offer(service(HTTP, List.of(task("t" + i))));
      settle();
      long sinceNanos = nowNanos;
      while (news().isEmpty()) {
        nowNanos += checkups.dueInNanos(nowNanos, Long.MAX_VALUE);
        List<CheckedTask> due = checkups.takeDue(nowNanos);
        nowNanos += Pace.DEFAULT.timeout().toNanos();
        due.forEach(task -> checkups.onEnd(task, Outcome.failed("no answer"), nowNanos));
      }
      assertThat(Duration.ofNanos(nowNanos - sinceNanos)).isLessThan(Duration.ofMillis(2_750));
    }
  }

  @Test
  void tellsThatATaskIsWellAgainAfterTwoThatPass() {
    offer(service(HTTP, List.of(task("t1"))));
    becomeUnwell();

    end(Outcome.PASSED);
    end(SICK);
    end(Outcome.PASSED);
    assertThat(news()).isEmpty();
    end(Outcome.PASSED);
    assertThat(news()).containsExactly(new TaskMark("t1", TaskMark.Kind.WELL, 42));
    pass(Duration.ofMinutes(1));
    assertThat(news()).isEmpty();
  }

  @Test
  void saysAgainEveryTenSecondsThatATaskIsUnwell() {
    offer(service(HTTP, List.of(task("t1"))));
    becomeUnwell();

    pass(Duration.ofMillis(9_999));
    assertThat(news()).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(news()).extracting(TaskMark::kind).containsExactly(TaskMark.Kind.UNWELL);
    assertThat(news()).isEmpty();
  }

  @Test
  void makesNothingOfACheckThatCouldNotBeMade() {
    offer(service(HTTP, List.of(task("t1"))));
    settle();
    end(SICK);
    end(SICK);

    end(Outcome.notMade("Too many open files"));
    assertThat(news()).isEmpty();
    assertThat(end(SICK)).isGreaterThanOrEqualTo(Duration.ofMillis(900).toNanos());
    assertThat(news()).hasSize(1);
    assertThat(checkups.status().services().get("web")).isEqualTo(new CheckStatus.Counts(2, 3, 1));
  }

  @Test
  void asksOnlyTasksOfThisNodeThatAreMeantToRun() {
    Task far = new Task("t2", "web.2", "n2", TaskState.RUNNING, Reach.none("elsewhere"));
    Task leaving = new Task("t3", "web.3", "n1", TaskState.DRAINING, LOCAL);
    offer(service(HTTP, List.of(task("t1"), far, leaving)));
    pass(Duration.ofSeconds(1));

    assertThat(checkups.takeDue(nowNanos)).extracting(CheckedTask::id).containsExactly("t1");
  }

  @Test
  void asksTasksThatItHasFoundUnwellItself() {
    offer(service(HTTP, List.of(task("t1"))));
    becomeUnwell();
    offer(service(HTTP, List.of(new Task("t1", "web.1", "n1", TaskState.UNWELL, LOCAL))));

    end(Outcome.PASSED);
    end(Outcome.PASSED);
    assertThat(news()).extracting(TaskMark::kind).containsExactly(TaskMark.Kind.WELL);
  }

  @Test
  void saysThatATaskIsWellOnceNobodyAsksForChecksAnyMore() {
    offer(service(HTTP, List.of(task("t1"))));
    becomeUnwell();

    offer(service(HealthCheck.OFF, List.of(task("t1"))));
    assertThat(news()).containsExactly(new TaskMark("t1", TaskMark.Kind.WELL, 42));
    assertThat(checkups.status().tasks()).isEmpty();
    pass(Duration.ofMinutes(1));
    assertThat(checkups.takeDue(nowNanos)).isEmpty();
  }

  @Test
  void keepsWhatItFoundWhenTheQuestionChanges() {
    offer(service(HTTP, List.of(task("t1"))));
    becomeUnwell();

    offer(service(HTTP.withExchange(Exchange.DEFAULT.withPath("/up")), List.of(task("t1"))));
    assertThat(news()).isEmpty();
    end(Outcome.PASSED);
    end(Outcome.PASSED);
    assertThat(news()).extracting(TaskMark::kind).containsExactly(TaskMark.Kind.WELL);
  }

  @Test
  void asksAsOftenAsTheNewQuestionSaysAtOnce() {
    Pace hourly = Pace.DEFAULT.withInterval(Duration.ofHours(1));
    offer(service(HTTP.withPace(hourly), List.of(task("t1"))));
    settle();

    offer(service(HTTP, List.of(task("t1"))));
    assertThat(end(Outcome.PASSED)).isLessThanOrEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void takesNoAnswerToAnotherQuestion() {
    offer(service(HTTP.withPace(Pace.DEFAULT.withFall(1)), List.of(task("t1"))));
    settle();
    CheckedTask asked = due();

    Exchange other = Exchange.DEFAULT.withPath("/up");
    offer(
        service(HTTP.withPace(Pace.DEFAULT.withFall(1)).withExchange(other), List.of(task("t1"))));
    checkups.onEnd(asked, SICK, nowNanos);

    assertThat(news()).isEmpty();
    assertThat(checkups.status().tasks().get("t1"))
        .isEqualTo(new CheckStatus.TaskCheck(false, 2, null));
    assertThat(checkups.takeDue(nowNanos))
        .extracting(task -> task.check().exchange())
        .containsExactly(other);
  }

  @Test
  void asksATaskThatCameBackOnlyOnceItsLastCheckHasEnded() {
    Service asked = service(HTTP.withReadyFirst(false), List.of(task("t1")));
    offer(asked);
    CheckedTask before = due();
    offer(service(HTTP.withReadyFirst(false), List.of()));
    offer(asked);

    assertThat(checkups.takeDue(nowNanos)).isEmpty();
    assertThat(checkups.dueInNanos(nowNanos, 1_000)).isEqualTo(1_000);
    checkups.onEnd(before, SICK, nowNanos);
    assertThat(checkups.status().tasks()).isEmpty();
    assertThat(checkups.takeDue(nowNanos)).hasSize(1);
    pass(Duration.ofMinutes(1));
    assertThat(checkups.takeDue(nowNanos)).isEmpty();
  }

  @Test
  void asksAtOnceWhereATaskTakesNoClientsBefore() {
    offer(service(HTTP.withReadyFirst(false), List.of(task("t1"))));

    assertThat(checkups.takeDue(nowNanos)).hasSize(1);
  }

  @Test
  void asksAtTheFirstPortOfTheProtocolUnlessOneIsNamed() {
    List<Publication> publications =
        List.of(
            new Publication(new PublishedPort(53, Protocol.UDP), 5_353),
            new Publication(PublishedPort.tcp(8080), 80),
            new Publication(PublishedPort.tcp(8443), 443));

    assertThat(HTTP.portOf(publications)).isEqualTo(80);
    assertThat(HTTP.withKind(Kind.UDP).portOf(publications)).isEqualTo(5_353);
    assertThat(HTTP.withPort(9_000).portOf(publications)).isEqualTo(9_000);
  }

  @Test
  void asksNobodyWhereItCannotBeSaidWhat() {
    List<Publication> dns = List.of(new Publication(new PublishedPort(53, Protocol.UDP), 53));

    assertThat(HTTP.problem(dns))
        .isEqualTo("http (expected: tidegate.check.port beside it, as no tcp port is published)");
    assertThat(HTTP.withPort(8_080).problem(dns)).isNull();
    assertThat(HTTP.withKind(Kind.UDP).problem(dns))
        .startsWith("udp (expected: tidegate.check.send");
    Policy policy = Policy.of(BalancingPolicy.P2C).withCheck(HTTP);
    offer(new Service("web", "web", policy, dns, List.of(task("t1"))));
    pass(Duration.ofMinutes(1));
    assertThat(checkups.takeDue(nowNanos)).isEmpty();
  }

  // --- by hand ---

  private void offer(Service service) {
    checkups.onTopology(new Topology(List.of(service)), nowNanos);
  }

  private void pass(Duration time) {
    nowNanos += time.toNanos();
  }

  /** So many checks pass that it is known: the task is well. */
  private void settle() {
    end(Outcome.PASSED);
    end(Outcome.PASSED);
    assertThat(news()).extracting(TaskMark::kind).containsExactly(TaskMark.Kind.WELL);
  }

  private void becomeUnwell() {
    end(SICK);
    end(SICK);
    end(SICK);
    assertThat(news()).extracting(TaskMark::kind).containsExactly(TaskMark.Kind.UNWELL);
  }

  /** Waits for the next check and lets it end at once; how long that was, in nanoseconds. */
  private long end(Outcome outcome) {
    long beforeNanos = nowNanos;
    checkups.onEnd(due(), outcome, nowNanos);
    return nowNanos - beforeNanos;
  }

  /** Waits for the next check. */
  private CheckedTask due() {
    List<CheckedTask> due = checkups.takeDue(nowNanos);
    while (due.isEmpty()) {
      nowNanos += Math.max(checkups.dueInNanos(nowNanos, Long.MAX_VALUE), 1);
      due = checkups.takeDue(nowNanos);
    }
    assertThat(due).hasSize(1);
    return due.getFirst();
  }

  private List<TaskMark> news() {
    return checkups.takeNews(nowNanos);
  }

  private static Task task(String id) {
    return new Task(id, "web." + id, "n1", TaskState.RUNNING, LOCAL);
  }

  private static Service service(HealthCheck check, List<Task> tasks) {
    return new Service(
        "web",
        "web",
        Policy.of(BalancingPolicy.P2C).withCheck(check),
        List.of(new Publication(PublishedPort.tcp(8080), 80)),
        tasks);
  }
}
