package io.tidegate.bench.compare.contender;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads what the programs that count system calls have written. */
final class SyscallCounts {

  static final String PERF_TOTAL = "raw_syscalls:sys_enter";
  static final String PERF_CALL = "syscalls:sys_enter_%s";
  static final String OTHERS = "others";

  private static final String PERF_CALL_PREFIX = PERF_CALL.formatted("");

  private SyscallCounts() {}

  /** Lines as in {@code 1234,,syscalls:sys_enter_read,99,100.00,,}. */
  static Map<String, Long> ofPerf(List<String> lines) {
    Map<String, Long> counts = new TreeMap<>();
    long others = 0;
    for (String line : lines) {
      String[] fields = line.split(",", -1);
      if (fields.length < 3 || !fields[0].matches("\\d+")) {
        continue;
      }
      long count = Long.parseLong(fields[0]);
      if (fields[2].equals(PERF_TOTAL)) {
        others += count;
      } else if (fields[2].startsWith(PERF_CALL_PREFIX) && count > 0) {
        counts.put(fields[2].substring(PERF_CALL_PREFIX.length()), count);
        others -= count;
      }
    }
    if (others > 0) {
      counts.put(OTHERS, others);
    }
    return counts;
  }

  /** Lines as in {@code 62.17 0.057548 496 116 58 wait4}; the errors may be absent. */
  static Map<String, Long> ofStrace(List<String> lines) {
    Map<String, Long> counts = new TreeMap<>();
    for (String line : lines) {
      String[] fields = line.strip().split("\\s+", -1);
      String name = fields[fields.length - 1];
      if (fields.length >= 5 && fields[0].matches("[\\d.]+") && !name.equals("total")) {
        counts.merge(name, Long.parseLong(fields[3]), Long::sum);
      }
    }
    return counts;
  }
}
