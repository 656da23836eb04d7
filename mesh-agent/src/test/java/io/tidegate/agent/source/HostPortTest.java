package io.tidegate.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.5:80", "[fd00::1]:80", "localhost:65535", "[::]:0"})
  void printsWhatItParsed(String text) {
    assertThat(HostPort.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.5",
        "10.0.0.5:",
        ":80",
        "",
        "fd00::1:80",
        "[localhost]:80",
        "[]:80",
        "a:65536",
        "a:-1",
        "a:8x",
        " a:80",
        "[fd00::1:80"
      })
  void refusesEverythingElse(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostPort.parse(text))
        .withMessage(text + " (expected: host:port, as in 10.0.0.5:80 or [fd00::1]:80)");
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.5,10.0.0.5:1", "::1,[::1]:1", "fd00::1,[fd00::1]:1", "::,[::]:1"})
  void shortensAddresses(String address, String printed) {
    var socketAddress = new InetSocketAddress(InetAddress.ofLiteral(address), 1);
    assertThat(HostPort.of(socketAddress)).hasToString(printed);
  }

  @Test
  void keepsTheHostWithoutBrackets() {
    assertThat(HostPort.parse("[fd00::1]:80")).isEqualTo(new HostPort("fd00::1", 80));
  }
}
