package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.peer.Epoch;
import io.tidegate.agent.peer.PeerNews;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatchUpTest {

  private static final Epoch EPOCH = new Epoch("n1", 1);
  private static final ClusterState NOTHING = new ClusterState(List.of(), List.of(), List.of());

  private final CatchUp catchUp = new CatchUp();

  @Test
  void waitsForTheChangesThatFollowAnOlderWhole() {
    take(new PeerNews.Whole(EPOCH, 7, NOTHING, 9));
    assertThat(catchUp.isBehind(1)).isTrue();
    take(new PeerNews.Changed(EPOCH, 8, new Commit(List.of())));
    assertThat(catchUp.isBehind(1)).isTrue();
    take(new PeerNews.Changed(EPOCH, 9, new Commit(List.of())));
    assertThat(catchUp.isBehind(1)).isFalse();
  }

  @Test
  void waitsForNothingAfterAWholeThatIsAllThereIs() {
    take(new PeerNews.Whole(EPOCH, 7, NOTHING, 7));
    assertThat(catchUp.isBehind(1)).isFalse();
  }

  @Test
  void waitsNoLongerThanASecondNorForAStreamThatEnded() {
    take(new PeerNews.Whole(EPOCH, 7, NOTHING, 9));
    assertThat(catchUp.isBehind(Duration.ofSeconds(1).toNanos())).isFalse();

    take(new PeerNews.Lost("gone"));
    assertThat(catchUp.isBehind(1)).isFalse();
  }

  private void take(PeerNews news) {
    catchUp.onNews(news);
    if (news instanceof PeerNews.Whole whole) {
      catchUp.onWhole(whole, 0);
    }
  }
}
