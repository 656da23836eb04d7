package io.tidegate.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class OverloadWatchTest {

  private final Map<Resource, Double> inUse = new EnumMap<>(Resource.class);
  private final List<Restraint> told = new ArrayList<>();
  private final OverloadWatch watch = new OverloadWatch(gauges(), told::add, () -> 0);

  @Test
  void tellsTheDataPathOnlyWhatIsDifferent() {
    look(Resource.DESCRIPTORS, 0.2);
    look(Resource.DESCRIPTORS, 0.84);
    assertThat(told).isEmpty();
    look(Resource.DESCRIPTORS, 0.97);
    look(Resource.DESCRIPTORS, 0.98);
    look(Resource.DESCRIPTORS, 0.5);
    assertThat(told).containsExactly(new Restraint(10, true), Restraint.NONE);
  }

  @Test
  void goesByTheScarcestResource() {
    look(Resource.DIRECT_MEMORY, 0.2);
    look(Resource.CGROUP_MEMORY, 0.9);
    look(Resource.CONNECTIONS, 0.6);
    assertThat(watch.pressure().scarcest()).isEqualTo(Resource.CGROUP_MEMORY);
    assertThat(watch.pressure().restraint().idlePercent()).isEqualTo(55);
    assertThat(watch.pressure().summary()).isEqualTo("cgroup memory 90 % in use");
  }

  @Test
  void turnsNobodyAwayForWantOfPipes() {
    look(Resource.PIPES, 1);
    assertThat(watch.pressure().restraint()).isEqualTo(Restraint.NONE);
    assertThat(watch.pressure().ratios()).containsEntry(Resource.PIPES, 1.0);
  }

  @Test
  void takesWhatHasNoLimitForPlenty() {
    watch.look();
    assertThat(watch.pressure()).isEqualTo(Pressure.NONE);
    assertThat(watch.pressure().summary()).isEqualTo("nothing is limited");
  }

  @Test
  void looksMoreOftenWhereHalfIsInUse() {
    look(Resource.DESCRIPTORS, 0.49);
    assertThat(Duration.ofNanos(watch.periodNanos())).isEqualTo(Duration.ofSeconds(1));
    look(Resource.DESCRIPTORS, 0.5);
    assertThat(Duration.ofNanos(watch.periodNanos())).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void countsEachPauseOnce() {
    look(Resource.DESCRIPTORS, 0.99);
    look(Resource.DESCRIPTORS, 0.93);
    assertThat(watch.pressure().pauses()).isEqualTo(1);
    look(Resource.DESCRIPTORS, 0.1);
    look(Resource.DESCRIPTORS, 0.96);
    assertThat(watch.pressure().pauses()).isEqualTo(2);
  }

  private void look(Resource resource, double ratio) {
    inUse.put(resource, ratio);
    watch.look();
  }

  private Map<Resource, Supplier<OptionalDouble>> gauges() {
    Map<Resource, Supplier<OptionalDouble>> gauges = new EnumMap<>(Resource.class);
    for (Resource resource : Resource.values()) {
      gauges.put(resource, () -> ratio(resource));
    }
    return gauges;
  }

  private OptionalDouble ratio(Resource resource) {
    Double ratio = inUse.get(resource);
    return ratio == null ? OptionalDouble.empty() : OptionalDouble.of(ratio);
  }
}
