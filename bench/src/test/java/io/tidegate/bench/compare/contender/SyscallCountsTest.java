package io.tidegate.bench.compare.contender;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SyscallCountsTest {

  @Test
  void readsPerfAndCountsWhatHasNoNameAsOthers() {
    List<String> lines =
        List.of(
            "# started on Fri Nov 20 23:00:00 2026",
            "",
            "120,,raw_syscalls:sys_enter,1000,100.00,,",
            "70,,syscalls:sys_enter_read,1000,100.00,,",
            "0,,syscalls:sys_enter_splice,1000,100.00,,",
            "<not counted>,,syscalls:sys_enter_write,0,100.00,,");
    assertThat(SyscallCounts.ofPerf(lines)).isEqualTo(Map.of("read", 70L, "others", 50L));
  }

  @Test
  void readsStraceWithAndWithoutErrors() {
    List<String> lines =
        List.of(
            "% time     seconds  usecs/call     calls    errors syscall",
            "------ ----------- ----------- --------- --------- ----------------",
            " 62.17    0.057548         496       116        58 wait4",
            "  5.53    0.005118           4      1254           mmap",
            "------ ----------- ----------- --------- --------- ----------------",
            "100.00    0.092568          11      8351       856 total");
    assertThat(SyscallCounts.ofStrace(lines)).isEqualTo(Map.of("wait4", 116L, "mmap", 1254L));
  }
}
