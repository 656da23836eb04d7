package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StopSignalsTest {

  @ParameterizedTest
  @CsvSource({
    "15, 15",
    "SIGTERM, 15",
    "TERM, 15",
    "sigquit, 3",
    "SIGRTMIN+3, 37",
    "RTMAX-1, 63",
    "WINCH, 28"
  })
  void readsEverySpelling(String text, int number) {
    assertThat(StopSignals.parse(text)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "SIG", "SIGFOO", "SIGFOO+1", "99999999999"})
  void isZeroForWhatIsNoSignal(String text) {
    assertThat(StopSignals.parse(text)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 9, 15})
  void alwaysStops(int signal) {
    assertThat(StopSignals.isAlways(signal)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 12, 28})
  void mayMeanAnythingElse(int signal) {
    assertThat(StopSignals.isAlways(signal)).isFalse();
  }
}
