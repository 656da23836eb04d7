package io.tidegate.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterTask.State;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.peer.WirelessSubscriber;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LocalTableTest {

  private static final Commit NOTHING = new Commit(List.of());

  private final Timeline time = new Timeline();
  private final SplittableRandom random = new SplittableRandom(1);
  private final Swarm swarm = new Swarm(time, random);
  private final Standings standings = new Standings(swarm, time, true);
  private final Judge judge = new Judge(swarm, time);
  private final World world =
      new World(
          time,
          new Network(time, random),
          swarm,
          standings,
          judge,
          new WirelessSubscriber.Understood(),
          random);

  private Standing whole() {
    new Founding(swarm, random).found(new Scale(10, 3, 2, 4, 2));
    return standings.whole(null, 1, swarm.state());
  }

  @Test
  void followsOnceItHasAllThatItMissed() {
    Standing whole = whole();
    LocalTable table = new LocalTable(swarm.nodes.getLast(), world);

    table.onWhole(whole, 3);
    Standing second = standings.change(whole, 2, NOTHING);
    table.learn(second);
    assertThat(table.isCurrent()).isFalse();
    assertThat(table.inForce()).isNull();

    time.runUntil(Timeline.SECOND);
    table.learn(standings.change(second, 3, NOTHING));
    assertThat(table.isCurrent()).isTrue();
    assertThat(table.sinceNanos()).isEqualTo(Timeline.SECOND);
    assertThat(table.inForce()).isNotNull();
  }

  @Test
  void nothingComesIntoForceOnAMachineThatIsGone() {
    Standing whole = whole();
    SwarmNode machine = swarm.nodes.getLast();
    LocalTable table = new LocalTable(machine, world);
    table.onWhole(whole, 1);
    Standing before = table.inForce();

    SwarmTask task = swarm.services.getFirst().slots[0];
    swarm.write(new Write.OfTask(task, State.SHUTDOWN, State.SHUTDOWN));
    swarm.follow(commit -> table.learn(standings.change(whole, 2, commit)));
    time.runUntil(40 * Timeline.MILLI);
    machine.isLost = true;
    time.runUntil(Timeline.SECOND);

    assertThat(table.known()).isNotSameAs(before);
    assertThat(table.inForce()).isSameAs(before);
  }
}
