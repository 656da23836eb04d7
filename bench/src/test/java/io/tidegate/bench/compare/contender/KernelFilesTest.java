package io.tidegate.bench.compare.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelFilesTest {

  @Test
  void readsTheTimeOfOneCore() throws IOException {
    List<String> lines =
        List.of("cpu  9 9 9 9 9 9 9 9 0 0", "cpu0 100 10 50 900 7 3 2 40 0 0", "cpu1 1 1 1 1 1");
    assertThat(CoreTime.parse(lines, 0)).isEqualTo(new CoreTime(1.65, 0.40));
  }

  @Test
  void saysWhichCoreIsMissing() {
    assertThatThrownBy(() -> CoreTime.parse(List.of("cpu0 1"), 7))
        .isInstanceOf(IOException.class)
        .hasMessage("no line cpu7 in /proc/stat");
  }

  @Test
  void readsResidentAndProportionalMemory() throws IOException {
    List<String> lines =
        List.of(
            "55d0-7ffc ---p 00000000 00:00 0    [rollup]",
            "Rss:               1234 kB",
            "Pss:                200 kB",
            "Pss_Dirty:            1 kB");
    assertThat(Memory.parse(lines)).isEqualTo(new Memory(1234 * 1024, 200 * 1024));
  }

  @Test
  void countsTheCpuTimeOfThisProcess() {
    long before = Libc.cpuNanos(ProcessHandle.current().pid());
    long sum = 0;
    while (Libc.cpuNanos(ProcessHandle.current().pid()) == before) {
      sum++;
    }
    assertThat(before).isPositive();
    assertThat(sum).isNotNegative();
  }
}
