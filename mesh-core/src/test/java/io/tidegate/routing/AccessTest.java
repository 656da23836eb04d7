package io.tidegate.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AccessTest {

  private static final long MAPPED = 0xffffL << 32;
  private static final Cidr TEN = Cidr.parse("10.0.0.0/8");
  private static final Cidr TEN_ONE = Cidr.parse("10.1.0.0/16");

  @Test
  void admitsEverybodyWhereNothingWasSaid() {
    assertThat(Access.OPEN.admits(0, MAPPED | 0x0a000001)).isTrue();
  }

  @Test
  void admitsOnlyWhoIsAllowed() {
    Access access = Access.OPEN.withAllow(List.of(TEN));
    assertThat(access.admits(0, MAPPED | 0x0a010203)).isTrue();
    assertThat(access.admits(0, MAPPED | 0x0b000001)).isFalse();
    assertThat(access.admits(0xfd00L << 48, 1)).isFalse();
  }

  @Test
  void refusesWhoIsDeniedEvenIfAllowed() {
    Access access = new Access(List.of(TEN), List.of(TEN_ONE));
    assertThat(access.admits(0, MAPPED | 0x0a020304)).isTrue();
    assertThat(access.admits(0, MAPPED | 0x0a010304)).isFalse();
  }
}
