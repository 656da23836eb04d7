package io.tidegate.agent.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterTask.State;
import io.tidegate.agent.cluster.Commit.Change.Put;
import io.tidegate.agent.cluster.Commit.Change.Removed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterStoreTest {

  private static final ClusterStore.Heard HEARD = new ClusterStore.Heard("test", 7);
  private static final ClusterStore.Heard SOON =
      new ClusterStore.Heard("other", Duration.ofSeconds(59).toNanos());
  private static final ClusterStore.Heard LATER =
      new ClusterStore.Heard("other", Duration.ofSeconds(61).toNanos());

  private final ClusterStore store = new ClusterStore();

  @Test
  void keepsTheHighestVersionOfAnObject() {
    store.apply(commit(new Put(task("t1", 7, "s1", "n1", State.RUNNING))), HEARD);

    assertThat(
            store
                .apply(commit(new Put(task("t1", 6, "s1", "n1", State.STARTING))), HEARD)
                .serviceIds())
        .isEmpty();
    assertThat(store.tasksOf("s1")).extracting(ClusterTask::state).containsExactly(State.RUNNING);
  }

  @Test
  void neverBringsBackWhatWasRemoved() {
    store.apply(commit(new Put(task("t1", 7, "s1", "n1", State.RUNNING))), HEARD);
    store.apply(commit(new Removed(ClusterObject.Kind.TASK, "t1")), HEARD);
    store.apply(commit(new Put(task("t1", 8, "s1", "n1", State.RUNNING))), HEARD);

    assertThat(store.tasksOf("s1")).isEmpty();
  }

  @Test
  void tellsWhichServicesACommitTouched() {
    store.replace(
        new ClusterState(
            List.of(service("s1", 1), service("s2", 2)),
            List.of(
                task("t1", 3, "s1", "n1", State.RUNNING), task("t2", 4, "s2", "n2", State.RUNNING)),
            List.of(node("n1", 5, ClusterNode.State.READY))),
        HEARD,
        HEARD.atNanos());

    assertThat(touched(new Put(task("t1", 6, "s1", "n1", State.FAILED)))).containsExactly("s1");
    assertThat(touched(new Put(node("n1", 7, ClusterNode.State.DISCONNECTED)))).isEmpty();
    assertThat(touched(new Put(node("n1", 8, ClusterNode.State.DOWN)))).containsExactly("s1");
    assertThat(store.isDown("n1")).isTrue();
    assertThat(touched(new Put(node("n1", 9, ClusterNode.State.READY)))).containsExactly("s1");
    assertThat(touched(new Removed(ClusterObject.Kind.SERVICE, "s2"))).containsExactly("s2");
  }

  @Test
  void takesANodeThatWasRemovedForDown() {
    store.apply(
        commit(
            new Put(node("n1", 1, ClusterNode.State.READY)),
            new Put(task("t1", 2, "s1", "n1", State.RUNNING))),
        HEARD);

    assertThat(touched(new Removed(ClusterObject.Kind.NODE, "n1"))).containsExactly("s1");
    assertThat(store.isDown("n1")).isTrue();
    assertThat(store.isDown("never heard of")).isFalse();
  }

  @Test
  void takesAWholeListForTheTruth() {
    store.apply(
        commit(
            new Put(service("s1", 1)),
            new Put(service("s2", 2)),
            new Put(task("t1", 30, "s1", "n1", State.RUNNING))),
        HEARD);

    ClusterStore.Touched touched =
        store.replace(
            new ClusterState(
                List.of(service("s1", 1)),
                List.of(task("t1", 20, "s1", "n1", State.STARTING)),
                List.of()),
            LATER,
            LATER.atNanos());

    assertThat(touched.serviceIds()).containsExactlyInAnyOrder("s1", "s2");
    assertThat(store.service("s2")).isNull();
    assertThat(store.tasksOf("s1"))
        .extracting(ClusterTask::version)
        .containsExactly(Version.at(20));
  }

  @Test
  void keepsWhatWasHeardAfterAListWasAskedFor() {
    store.apply(commit(new Put(service("s1", 1))), HEARD);
    store.apply(commit(new Put(service("s2", 2))), SOON);

    store.replace(new ClusterState(List.of(), List.of(), List.of()), LATER, HEARD.atNanos());

    assertThat(store.service("s1")).isNull();
    assertThat(store.service("s2")).isNotNull();
  }

  @Test
  void takesNothingBackThatWasHeardJustBeforeAnOlderList() {
    store.apply(
        commit(
            new Put(service("s1", 1)),
            new Put(task("t1", 30, "s1", "n1", State.RUNNING)),
            new Put(task("t2", 10, "s1", "n1", State.RUNNING)),
            new Removed(ClusterObject.Kind.TASK, "t2")),
        HEARD);

    store.replace(
        new ClusterState(
            List.of(service("s1", 1)),
            List.of(
                task("t1", 20, "s1", "n1", State.STARTING),
                task("t2", 10, "s1", "n1", State.RUNNING)),
            List.of()),
        SOON,
        SOON.atNanos());

    assertThat(store.tasksOf("s1"))
        .extracting(ClusterTask::version)
        .containsExactly(Version.at(30));
  }

  @Test
  void touchesNothingWithAListThatSaysTheSame() {
    ClusterState state =
        new ClusterState(
            List.of(service("s1", 1)),
            List.of(task("t1", 2, "s1", "n1", State.RUNNING)),
            List.of(node("n1", 3, ClusterNode.State.READY)));
    store.replace(state, HEARD, HEARD.atNanos());

    assertThat(store.replace(state, HEARD, HEARD.atNanos()))
        .isEqualTo(new ClusterStore.Touched(Set.of(), false));
  }

  /**
   * A history of random changes. Whoever lists at any point of it and then hears all commits after
   * an earlier point, some twice and shuffled, ends with the same state.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void endsInTheSameStateHoweverCommitsArrive(long seed) {
    Random random = new Random(seed);
    List<Commit> history = history(random, 400);
    ClusterStore inOrder = new ClusterStore();
    history.forEach(commit -> inOrder.apply(commit, HEARD));

    ClusterStore leader = new ClusterStore();
    int listedAt = random.nextInt(history.size());
    history.subList(0, listedAt).forEach(commit -> leader.apply(commit, HEARD));
    int heardFrom = random.nextInt(listedAt + 1);
    List<Commit> heard = new ArrayList<>(history.subList(heardFrom, history.size()));
    history.subList(heardFrom, history.size()).stream()
        .filter(commit -> random.nextInt(4) == 0)
        .forEach(heard::add);
    Collections.shuffle(heard, random);

    store.replace(leader.state(), HEARD, HEARD.atNanos());
    heard.forEach(commit -> store.apply(commit, HEARD));

    assertThat(content(store)).isEqualTo(content(inOrder));
    assertThat(store.state().tasks()).hasSize(indexed(store));
  }

  private static List<Commit> history(Random random, int commits) {
    List<Commit> history = new ArrayList<>();
    List<String> alive = new ArrayList<>();
    long version = 0;
    for (int i = 0; i < commits; i++) {
      version++;
      List<Commit.Change> changes = new ArrayList<>();
      int kind = random.nextInt(10);
      if (kind == 0 && !alive.isEmpty()) {
        String id = alive.remove(random.nextInt(alive.size()));
        changes.add(new Removed(ClusterObject.Kind.TASK, id));
      } else if (kind == 1) {
        changes.add(new Put(service("s" + random.nextInt(5), version)));
      } else if (kind == 2) {
        ClusterNode.State[] states = ClusterNode.State.values();
        changes.add(new Put(node("n" + random.nextInt(3), version, states[random.nextInt(4)])));
      } else {
        if (alive.size() < 20) {
          alive.add("t" + i);
        }
        String id = alive.get(random.nextInt(alive.size()));
        State[] states = State.values();
        String service = "s" + Math.floorMod(id.hashCode(), 5);
        changes.add(
            new Put(task(id, version, service, "n1", states[random.nextInt(states.length)])));
      }
      history.add(new Commit(changes));
    }
    return history;
  }

  private static Set<Object> content(ClusterStore store) {
    ClusterState state = store.state();
    Set<Object> content = new HashSet<>(state.services());
    content.addAll(state.tasks());
    content.addAll(state.nodes());
    return content;
  }

  private static int indexed(ClusterStore store) {
    return List.of("s0", "s1", "s2", "s3", "s4").stream()
        .mapToInt(id -> store.tasksOf(id).size())
        .sum();
  }

  private Set<String> touched(Commit.Change change) {
    return store.apply(commit(change), HEARD).serviceIds();
  }

  private static Commit commit(Commit.Change... changes) {
    return new Commit(List.of(changes));
  }

  private static ClusterService service(String id, long version) {
    return new ClusterService(
        id, Version.at(version), Instant.EPOCH, "name of " + id, Map.of(), List.of(), Map.of());
  }

  private static ClusterTask task(
      String id, long version, String serviceId, String nodeId, State state) {
    return new ClusterTask(
        id, Version.at(version), serviceId, 1, nodeId, state, State.RUNNING, List.of());
  }

  private static ClusterNode node(String id, long version, ClusterNode.State state) {
    return new ClusterNode(
        id,
        Version.at(version),
        "one",
        "10.0.0.1",
        state,
        ClusterNode.Availability.ACTIVE,
        ClusterNode.Role.WORKER);
  }
}
