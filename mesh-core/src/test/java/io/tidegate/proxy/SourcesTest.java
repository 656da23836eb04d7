package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.Cidr;
import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcesTest {

  private static final long SECOND = 1_000_000_000;

  private final Sources sources = new Sources();

  @Test
  void countsTheClientsOfEachAddressAlone() {
    Source first = enter(1, 2);
    enter(1, 2);
    assertThat(sources.enter(1, 2, 0)).isNull();
    enter(2, 2);
    first.leave();
    assertThat(sources.enter(1, 2, 0)).isSameAs(first);
  }

  @Test
  void forgetsAnAddressWithoutClientsOnceItsRateIsWhole() {
    Source source = enter(1, 0);
    source.rate.take(2, 0);
    sources.forgetIdle(SECOND);
    assertThat(sources.size()).isEqualTo(1);
    source.leave();
    sources.forgetIdle(SECOND / 2 - 1);
    assertThat(sources.size()).isEqualTo(1);
    sources.forgetIdle(SECOND / 2);
    assertThat(sources.size()).isZero();
    assertThat(sources.enter(1, 0, SECOND)).isNotSameAs(source);
  }

  @Test
  void letsNobodyIntoASourceThatIsForgotten() {
    Source source = new Source(0);
    assertThat(source.forget(0)).isTrue();
    assertThat(source.enter(0)).isEqualTo(Source.Entry.FORGOTTEN);
    assertThat(source.forget(0)).isFalse();
  }

  @Test
  void knowsNoMoreThanItsBoundHoweverManyCome() {
    for (long address = 0; address < 3L * Sources.MOST; address++) {
      assertThat(sources.enter(address, 1, 0)).isNotNull();
    }
    assertThat(sources.size()).isEqualTo(Sources.MOST);
    assertThat(sources.enter(0, 1, 0)).as("one that is known").isNull();
    assertThat(sources.enter(2L * Sources.MOST, 1, 0)).as("one that is not").isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
    "192.0.2.1, 200.0.2.1, false",
    "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true",
    "2001:db8:1:2::1, 2001:db8:1:3::1, false",
    "::ffff:192.0.2.1, 192.0.2.1, true"
  })
  void tellsAddressesApartByAllOfIpv4AndHalfOfIpv6(String one, String other, boolean isSame) {
    assertThat(address(one) == address(other)).isEqualTo(isSame);
  }

  private Source enter(long address, int most) {
    return Objects.requireNonNull(sources.enter(address, most, 0));
  }

  private static long address(String text) {
    Cidr alone = Cidr.of(InetAddress.ofLiteral(text));
    return SourceAddress.counted(alone.network(), alone.host());
  }
}
