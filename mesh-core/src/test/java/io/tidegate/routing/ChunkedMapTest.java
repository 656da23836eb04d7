package io.tidegate.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidegate.routing.ChunkedMap.Difference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedMapTest {

  private static final int MANY = 5_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void saysTheSameAsATreeMapAfterAnyChanges(int seed) {
    Random random = new Random(seed);
    SortedMap<Integer, String> expected = new TreeMap<>();
    ChunkedMap<Integer, String> map = ChunkedMap.empty();
    for (int step = 0; step < 20_000; step++) {
      // first it grows, then it shrinks
      boolean isPut = random.nextInt(10) < (step < 10_000 ? 7 : 2);
      int key = random.nextInt(3_000);
      String value = "v" + random.nextInt(3);
      if (isPut) {
        expected.put(key, value);
        map = map.with(key, value);
      } else {
        expected.remove(key);
        map = map.without(key);
      }
      assertThat(map.get(key)).isEqualTo(expected.get(key));
      if (step % 500 == 0) {
        assertSame(map, expected);
      }
    }
    assertSame(map, expected);
  }

  private static void assertSame(
      ChunkedMap<Integer, String> map, SortedMap<Integer, String> expected) {
    assertThat(List.copyOf(map.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
    assertThat(map.values()).isEqualTo(List.copyOf(expected.values()));
    assertThat(map).hasSize(expected.size()).isEqualTo(expected).hasSameHashCodeAs(expected);
    assertThat(map).isEqualTo(ChunkedMap.copyOf(expected));
    IntStream.of(-1, 0, 1_500, 2_999, 3_000)
        .forEach(key -> assertThat(map.containsKey(key)).isEqualTo(expected.containsKey(key)));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6})
  void tellsEveryDifferenceBetweenAnyTwo(int seed) {
    Random random = new Random(seed);
    List<ChunkedMap<Integer, String>> maps = new ArrayList<>(List.of(ChunkedMap.empty()));
    for (int i = 0; i < 30; i++) {
      ChunkedMap<Integer, String> map = maps.get(random.nextInt(maps.size()));
      for (int change = 0; change < 300; change++) {
        int key = random.nextInt(1_000);
        map = random.nextInt(3) > 0 ? map.with(key, "v" + random.nextInt(3)) : map.without(key);
      }
      maps.add(map);
    }
    for (ChunkedMap<Integer, String> before : maps) {
      for (ChunkedMap<Integer, String> after : maps) {
        assertThat(after.differencesFrom(before)).isEqualTo(differences(before, after));
        assertThat(after.equals(before)).isEqualTo(Map.copyOf(after).equals(Map.copyOf(before)));
      }
    }
  }

  private static List<Difference<Integer, String>> differences(
      Map<Integer, String> before, Map<Integer, String> after) {
    return IntStream.range(0, 1_000)
        .mapToObj(key -> new Difference<>(key, before.get(key), after.get(key)))
        .filter(difference -> !String.valueOf(difference.before()).equals(difference.after() + ""))
        .toList();
  }

  @Test
  void leavesEveryOlderMapAsItWas() {
    Map<ChunkedMap<Integer, String>, SortedMap<Integer, String>> older = new HashMap<>();
    ChunkedMap<Integer, String> map = ChunkedMap.empty();
    for (int i = 0; i < 500; i++) {
      map = i % 3 == 2 ? map.without(i / 2) : map.with(i, "v" + i);
      older.put(map, new TreeMap<>(map));
    }
    older.forEach((before, content) -> assertSame(before, content));
    assertThatThrownBy(map.entrySet()::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(map.values()::removeFirst).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void staysTheSameObjectWhereNothingChanges() {
    ChunkedMap<Integer, String> map = many();
    assertThat(map.with(7, "v7".concat(""))).isSameAs(map);
    assertThat(map.without(-1)).isSameAs(map);
    assertThat(ChunkedMap.copyOf(map)).isSameAs(map);
  }

  @Test
  void comparesNothingThatTwoMapsShare() {
    Counting.compared = 0;
    ChunkedMap<Integer, Counting> before =
        ChunkedMap.of(IntStream.range(0, MANY).mapToObj(Counting::new).toList(), c -> c.number);
    ChunkedMap<Integer, Counting> after = before.with(MANY / 2, new Counting(-1));
    Counting.compared = 0;

    assertThat(after.differencesFrom(before)).hasSize(1);
    assertThat(Counting.compared).isLessThanOrEqualTo(ChunkedMap.CHUNK);
  }

  /** Whether it is compared at all can be seen. */
  private static final class Counting {

    static int compared;
    final int number;

    Counting(int number) {
      this.number = number;
    }

    @Override
    public boolean equals(Object other) {
      compared++;
      return other instanceof Counting counting && counting.number == number;
    }

    @Override
    public int hashCode() {
      return number;
    }
  }

  @Test
  void hasFewChunksHoweverManyEntriesAreGone() {
    ChunkedMap<Integer, String> map = many();
    for (int i = 0; i < MANY; i++) {
      if (i % 50 != 0) {
        map = map.without(i);
      }
    }
    assertThat(map).hasSize(MANY / 50);
    assertThat(map.chunkCount()).isLessThanOrEqualTo(1 + 4 * map.size() / ChunkedMap.CHUNK);
  }

  private static ChunkedMap<Integer, String> many() {
    ChunkedMap<Integer, String> map = ChunkedMap.empty();
    for (int i = 0; i < MANY; i++) {
      map = map.with(i, "v" + i);
    }
    return map;
  }
}
