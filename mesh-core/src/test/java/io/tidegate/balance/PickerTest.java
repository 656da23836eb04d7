package io.tidegate.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.routing.BalancingPolicy;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PickerTest {

  private static final Tried NONE_TRIED = new Tried();

  private final SplittableRandom random = new SplittableRandom(1);

  @ParameterizedTest
  @EnumSource(BalancingPolicy.class)
  void picksNothingFromAnEmptyRoute(BalancingPolicy policy) {
    assertThat(Pickers.of(policy, loads(0), random).pick(NONE_TRIED)).isEqualTo(Picker.NONE);
  }

  @ParameterizedTest
  @EnumSource(BalancingPolicy.class)
  void picksTheOnlyEndpointAlways(BalancingPolicy policy) {
    Picker picker = Pickers.of(policy, loads(1), random);
    for (int i = 0; i < 10; i++) {
      assertThat(picker.pick(NONE_TRIED)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(BalancingPolicy.class)
  void spreadsEvenlyOverEqualEndpoints(BalancingPolicy policy) {
    int[] picks = picks(Pickers.of(policy, loads(5), random), 10_000);
    assertThat(Arrays.stream(picks)).allSatisfy(count -> assertThat(count).isBetween(1_900, 2_100));
  }

  @ParameterizedTest
  @EnumSource(BalancingPolicy.class)
  void neverPicksWhatWasTriedAndEndsWithNothing(BalancingPolicy policy) {
    Picker picker = Pickers.of(policy, loads(7), random);
    Tried tried = new Tried();
    for (int i = 0; i < 7; i++) {
      int picked = picker.pick(tried);
      assertThat(picked).isNotEqualTo(Picker.NONE);
      assertThat(tried.contains(picked)).isFalse();
      tried.add(picked);
    }
    assertThat(picker.pick(tried)).isEqualTo(Picker.NONE);
  }

  @Test
  void p2cPrefersTheEndpointWithFewerActiveRelays() {
    EndpointLoad[] loads = loads(2);
    begin(loads[0], 3);
    assertThat(picks(Pickers.of(BalancingPolicy.P2C, loads, random), 100)).containsExactly(0, 100);
  }

  @Test
  void p2cKeepsActiveRelaysEvenWhileNoneEnds() {
    EndpointLoad[] loads = loads(10);
    Picker picker = Pickers.of(BalancingPolicy.P2C, loads, random);
    for (int i = 0; i < 1_000; i++) {
      loads[picker.pick(NONE_TRIED)].begin();
    }
    assertThat(loads).allSatisfy(load -> assertThat(load.activeRelays()).isBetween(97, 103));
  }

  @Test
  void p2cGivesANewEndpointItsShareAndNotEverything() {
    EndpointLoad[] old = loads(4);
    picks(Pickers.of(BalancingPolicy.P2C, old, random), 1_000);
    EndpointLoad[] grown = Arrays.copyOf(old, 5);
    grown[4] = new EndpointLoad();
    int[] picks = picks(Pickers.of(BalancingPolicy.P2C, grown, random), 1_000);
    assertThat(picks[4]).isBetween(170, 230);
  }

  @Test
  void p2cKeepsTheLoadsOfEndpointsThatStayAndForgetsThoseThatGo() {
    EndpointLoad[] old = loads(3);
    Picker unused = Pickers.of(BalancingPolicy.P2C, old, random);
    assertThat(unused.pick(NONE_TRIED)).isNotEqualTo(Picker.NONE);
    begin(old[0], 2);
    begin(old[2], 1);
    old[2].leavePicker();
    Picker picker = Pickers.of(BalancingPolicy.P2C, Arrays.copyOf(old, 2), random);
    assertThat(picks(picker, 100)).containsExactly(0, 100);
    old[2].end();
    old[0].end();
    old[0].end();
    begin(old[1], 1);
    assertThat(old).extracting(EndpointLoad::activeRelays).containsExactly(0, 1, 0);
    assertThat(picks(picker, 100)).containsExactly(100);
  }

  @Test
  void p2cPicksTheLeastLoadedOfAllAfterAFailure() {
    EndpointLoad[] loads = loads(5);
    for (int i = 0; i < 5; i++) {
      begin(loads[i], 10 - i);
    }
    Tried tried = new Tried();
    tried.add(4);
    assertThat(Pickers.of(BalancingPolicy.P2C, loads, random).pick(tried)).isEqualTo(3);
  }

  @Test
  void roundRobinTakesEachEndpointInTurn() {
    Picker picker = Pickers.of(BalancingPolicy.ROUND_ROBIN, loads(3), random);
    int first = picker.pick(NONE_TRIED);
    assertThat(picker.pick(NONE_TRIED)).isEqualTo((first + 1) % 3);
    assertThat(picker.pick(NONE_TRIED)).isEqualTo((first + 2) % 3);
    assertThat(picker.pick(NONE_TRIED)).isEqualTo(first);
  }

  private static int[] picks(Picker picker, int times) {
    int[] picks = new int[10];
    int highest = 0;
    for (int i = 0; i < times; i++) {
      int picked = picker.pick(NONE_TRIED);
      picks[picked]++;
      highest = Math.max(highest, picked);
    }
    return Arrays.copyOf(picks, highest + 1);
  }

  private static EndpointLoad[] loads(int count) {
    EndpointLoad[] loads = new EndpointLoad[count];
    Arrays.setAll(loads, _ -> new EndpointLoad());
    return loads;
  }

  private static void begin(EndpointLoad load, int times) {
    for (int i = 0; i < times; i++) {
      load.begin();
    }
  }
}
