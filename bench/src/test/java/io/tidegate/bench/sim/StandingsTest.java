package io.tidegate.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterTask.State;
import io.tidegate.agent.cluster.Commit;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StandingsTest {

  private final Timeline time = new Timeline();
  private final SplittableRandom random = new SplittableRandom(1);
  private final Swarm swarm = new Swarm(time, random);
  private final Standings standings = new Standings(swarm, time, true);
  private final ClusterState first = found();

  private ClusterState found() {
    new Founding(swarm, random).found(new Scale(10, 3, 2, 4, 2));
    return swarm.state();
  }

  /** Stops one task of a service, as the managers' store has it from now on. */
  private Commit stop(int service) {
    Commit[] commit = new Commit[1];
    swarm.follow(it -> commit[0] = it);
    SwarmTask task = swarm.services.get(service).slots[0];
    swarm.write(new Write.OfTask(task, State.SHUTDOWN, State.SHUTDOWN));
    time.runUntil(time.nanoTime() + Timeline.SECOND);
    return commit[0];
  }

  private int endpoints(Standing standing, int service) {
    var route = standing.table().routes().get(swarm.services.get(service).port);
    return route == null ? 0 : route.endpoints().size();
  }

  @Test
  void thoseThatAreToldTheSameStandAtOnePlaceWhoeverToldThem() {
    Standing one = standings.whole(null, 1, first);
    Standing other =
        standings.whole(null, 1, ClusterState.of(first.services(), first.tasks(), first.nodes()));
    Commit commit = stop(0);

    assertThat(other).isSameAs(one);
    assertThat(standings.change(other, 2, new Commit(commit.changes())))
        .isSameAs(standings.change(one, 2, commit));
    assertThat(standings.replicas()).isEqualTo(1);
  }

  @Test
  void thoseThatAreToldSomethingElseStandApartFromThereOn() {
    Standing both = standings.change(standings.whole(null, 1, first), 2, stop(0));
    Commit commit = stop(1);

    Standing one = standings.change(both, 3, commit);
    Standing other = standings.change(both, 3, new Commit(commit.changes().subList(0, 0)));

    assertThat(endpoints(one, 1)).isEqualTo(1);
    assertThat(endpoints(other, 1)).isEqualTo(2);
    assertThat(endpoints(other, 0)).isEqualTo(1);
    assertThat(both.wayTo(one)).hasSize(1);
    assertThat(both.wayTo(other)).hasSize(1);
    assertThat(one.wayTo(other)).isNull();
  }

  @Test
  void aNewcomerStandsWithTheOthersOnceItKnowsTheSame() {
    Standing start = standings.whole(null, 1, first);
    Standing second = standings.change(start, 2, stop(0));
    Standing newcomer = standings.whole(null, 2, swarm.state());
    Commit commit = stop(1);
    Standing third = standings.change(second, 3, commit);

    assertThat(newcomer).isNotSameAs(second);
    assertThat(standings.change(newcomer, 3, commit)).isSameAs(third);
  }
}
