package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.NodeRole;
import io.tidegate.agent.merge.Discovery;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnnouncerTest {

  private static final ClusterTask TASK =
      Answers.cluster().tasks().stream()
          .filter(task -> task.id().equals(Answers.TASK_ON_N1))
          .findFirst()
          .orElseThrow();

  private static final TaskMark DIED = new TaskMark(TASK.id(), TaskMark.Kind.DIED, 1);

  private final Discovery discovery = new Discovery(() -> 0);
  private final Said said = new Said();
  private final Announcer announcer = new Announcer(said, discovery.view());

  @Test
  void publishesWhatTheManagersApiTellsWhileNoStreamFlows() {
    announcer.onReading(Answers.manager(), false);
    announcer.onReading(Answers.manager(), false);

    assertThat(said.all()).containsExactly("nodes", "whole", "nodes", "whole");
  }

  @Test
  void leavesItToTheStreamWhileThatFlows() {
    discovery.onListed("swarm-watch", Answers.cluster(), 0);
    announcer.onListed();
    announcer.onReading(Answers.manager(), true);

    assertThat(said.all()).containsExactly("whole", "nodes");
  }

  @Test
  void fallsSilentWhenTheManagerHasLostTheOthers() {
    discovery.onListed("swarm-watch", Answers.cluster(), 0);
    announcer.onListed();
    discovery.onReading(Answers.leaderless(), 0);
    announcer.onReading(Answers.leaderless(), true);
    assertThat(said.all()).containsExactly("whole", "nodes");

    discovery.onReading(Answers.leaderless(), 0);
    announcer.onReading(Answers.leaderless(), true);
    assertThat(said.all()).endsWith("nodes", "no manager");

    announcer.onReading(Answers.manager(), true);
    assertThat(said.all()).endsWith("nodes", "whole");
  }

  @Test
  void neverPublishesWhatOnlyOthersTold() {
    discovery.onListed("swarm-peer", Answers.cluster(), 0);
    announcer.onReading(Answers.worker(), false);
    announcer.onReady();

    assertThat(said.all()).containsExactly("nodes", "nodes");
  }

  @Test
  void tellsOthersOfADeathThatNoManagerWanted() {
    discovery.onListed("swarm-peer", Answers.cluster(), 0);
    announcer.onOwn(List.of(DIED));

    assertThat(said.all()).containsExactly("own DIED");
  }

  @Test
  void keepsSilentAboutADeathThatManagersWanted() {
    ClusterState state = Answers.cluster();
    discovery.onListed(
        "swarm-peer", new ClusterState(state.services(), List.of(meantToStop()), state.nodes()), 0);
    announcer.onOwn(List.of(DIED));

    assertThat(said.all()).isEmpty();
  }

  @Test
  void believesANodeAboutItsOwnTasksAndPassesItOn() {
    discovery.onListed("swarm-watch", Answers.cluster(), 0);

    assertThat(announcer.onReported(node(TASK.nodeId(), NodeRole.WORKER), List.of(DIED)))
        .containsExactly(DIED);
    assertThat(said.all()).containsExactly("pass on");
  }

  @Test
  void refusesAWorkerThatSpeaksOfTheTasksOfAnotherNode() {
    discovery.onListed("swarm-watch", Answers.cluster(), 0);

    assertThat(announcer.onReported(node("elsewhere", NodeRole.WORKER), List.of(DIED))).isEmpty();
    assertThat(said.all()).singleElement().asString().contains("refused", TASK.id(), "elsewhere");
  }

  @Test
  void believesAManagerAboutAnyTask() {
    discovery.onListed("swarm-watch", Answers.cluster(), 0);

    assertThat(announcer.onReported(node("elsewhere", NodeRole.MANAGER), List.of(DIED)))
        .containsExactly(DIED);
  }

  @Test
  void leavesTheWordOfWitnessesToOthers() {
    discovery.onListed("swarm-watch", Answers.cluster(), 0);
    TaskMark word = new TaskMark(TASK.id(), TaskMark.Kind.EJECTED, 1, "", 80, 1);

    assertThat(announcer.onReported(node("elsewhere", NodeRole.WORKER), List.of(word))).isEmpty();
    assertThat(said.all()).isEmpty();
  }

  private static NodeName node(String id, NodeRole role) {
    return new NodeName(id, role, "cluster");
  }

  private static ClusterTask meantToStop() {
    return new ClusterTask(
        TASK.id(),
        TASK.version(),
        TASK.serviceId(),
        TASK.slot(),
        TASK.nodeId(),
        TASK.state(),
        ClusterTask.State.SHUTDOWN,
        TASK.attachments());
  }
}
