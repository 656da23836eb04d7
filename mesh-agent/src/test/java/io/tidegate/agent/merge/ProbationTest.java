package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProbationTest {

  private static final Duration HOLD = Duration.ofSeconds(60);

  private final Probation probation = new Probation();

  @Test
  void letsServicesGoAtOnceWhenNothingIsInDoubt() {
    admit(0, "web", "dns");

    assertThat(admit(1, "web")).containsExactly("web");
  }

  @Test
  void keepsWhatVanishedAfterARestartUntilItIsBack() {
    admit(0, "web", "dns");
    probation.doubt();

    assertThat(admit(20)).containsExactlyInAnyOrder("web", "dns");
    assertThat(admit(30, "web")).containsExactlyInAnyOrder("web", "dns");
    assertThat(admit(50, "web", "dns")).containsExactlyInAnyOrder("web", "dns");
    assertThat(admit(51, "web")).containsExactly("web");
  }

  @Test
  void countsTheHoldFromTheFirstViewNotFromTheOutage() {
    admit(0, "web");
    probation.doubt();

    assertThat(admit(1000)).containsExactly("web");
    assertThat(admit(1059)).containsExactly("web");
    assertThat(admit(1060)).isEmpty();
  }

  @Test
  void doubtsAFreshlyRestartedDaemonForAMomentEvenAfterItToldAll() {
    admit(0, "web", "dns");
    probation.doubt();
    admit(20, "web", "dns");

    assertThat(admit(22, "web")).containsExactlyInAnyOrder("web", "dns");
  }

  @Test
  void admitsNewServicesWhileOthersAreInDoubt() {
    admit(0, "web");
    probation.doubt();

    assertThat(admit(20, "new")).containsExactlyInAnyOrder("web", "new");
  }

  @Test
  void believesAnEmptyViewOnlyWhenItIsSeenForAMoment() {
    admit(0, "web");

    assertThat(admit(10)).containsExactly("web");
    assertThat(probation.isUnsettled()).isTrue();
    assertThat(admit(11)).isEmpty();
    assertThat(probation.isUnsettled()).isFalse();
  }

  @Test
  void forgetsAnEmptyViewThatWasNotConfirmed() {
    admit(0, "web");
    admit(10);
    admit(11, "web");

    assertThat(admit(20)).containsExactly("web");
  }

  @Test
  void keepsNothingThatAStreamSaysIsGone() {
    admit(0, "web", "dns");
    probation.doubt();
    Map<String, @Nullable SeenService> changes = new HashMap<>();
    changes.put("web", null);
    changes.put("new", new SeenService("new", List.of(), List.of(), List.of()));

    probation.amend(changes);

    assertThat(probation.admitted()).containsOnlyKeys("dns", "new");
    assertThat(admit(20, "new")).containsExactlyInAnyOrder("dns", "new");
  }

  private List<String> admit(long seconds, String... names) {
    List<SeenService> view =
        Stream.of(names)
            .map(name -> new SeenService(name, List.of(), List.of(), List.of()))
            .toList();
    probation.admit(view, HOLD, Duration.ofSeconds(seconds).toNanos());
    return List.copyOf(probation.admitted().keySet());
  }
}
