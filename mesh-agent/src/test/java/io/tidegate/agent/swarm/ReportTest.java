package io.tidegate.agent.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.docker.Answers;
import io.tidegate.agent.merge.Sources;
import io.tidegate.agent.source.SourceStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  private Instant now = Instant.ofEpochSecond(100);
  private final Report report = new Report(() -> now);

  @Test
  void takesNoReadingOfTheOwnEngineForTheWordOfAManager() {
    report.confirmed(Sources.PEER, 0);
    now = now.plusSeconds(60);
    report.onReading(Answers.worker(), Sources.PEER, 0);

    assertThat(report.status())
        .isEqualTo(new SourceStatus(Sources.PEER, Instant.ofEpochSecond(100), null, 0, 0));
    assertThat(report.sources())
        .containsExactly(
            report.status(),
            new SourceStatus(Sources.GOSSIP, Instant.ofEpochSecond(160), null, 0, 0));
  }

  @Test
  void takesAReadingOfTheManagersApiForAConfirmationOfItsStream() {
    report.confirmed(Sources.WATCH, 0);
    now = now.plusSeconds(60);
    report.onReading(Answers.manager(), Sources.WATCH, 0);

    assertThat(report.status().lastSuccess()).isEqualTo(Instant.ofEpochSecond(160));
    assertThat(report.sources())
        .extracting(SourceStatus::name)
        .containsExactly(Sources.WATCH, Sources.REST, Sources.GOSSIP);
  }

  @Test
  void takesNoReadingOfAManagerThatHasLostTheOthersForAConfirmation() {
    report.confirmed(Sources.WATCH, 0);
    now = now.plusSeconds(60);
    report.onReading(Answers.leaderless(), Sources.WATCH, 0);

    assertThat(report.status())
        .isEqualTo(new SourceStatus(Sources.WATCH, Instant.ofEpochSecond(100), "no leader", 1, 0));
  }

  @Test
  void namesWhatWasReadWhereNoStreamFlows() {
    report.onReading(Answers.worker(), null, 0);
    assertThat(report.status().name()).isEqualTo(Sources.GOSSIP);

    report.onReading(Answers.manager(), null, 0);
    assertThat(report.status().name()).isEqualTo(Sources.REST);
    assertThat(report.status().lastSuccess()).isEqualTo(now);
  }

  @Test
  void endsAFailureOfTheEngineWithTheNextReading() {
    report.confirmed(Sources.PEER, 0);
    now = now.plusSeconds(60);
    report.failure("the engine does not answer", 0);
    assertThat(report.status().error()).isEqualTo("the engine does not answer");

    report.onReading(Answers.worker(), Sources.PEER, 0);
    assertThat(report.status())
        .isEqualTo(new SourceStatus(Sources.PEER, Instant.ofEpochSecond(100), null, 1, 0));
    assertThat(report.sources()).hasSize(2);
  }

  @Test
  void countsAFailureOfTheEngineOnceHoweverOftenTheStreamIsHeard() {
    report.confirmed(Sources.PEER, 0);
    report.failure("the engine does not answer", 0);
    now = now.plusSeconds(60);
    report.confirmed(Sources.PEER, 0);

    assertThat(report.status())
        .isEqualTo(
            new SourceStatus(
                Sources.PEER, Instant.ofEpochSecond(160), "the engine does not answer", 1, 0));
  }

  @Test
  void tellsNothingOfSourcesThatWereNeverHeard() {
    assertThat(report.sources()).isEqualTo(List.of(report.status()));
  }
}
