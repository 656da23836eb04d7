package io.tidegate.bench.compare.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How a core has spent its time since boot.
 *
 * @param busySeconds in processes and in the kernel
 * @param stolenSeconds taken by the machine below this one
 */
public record CoreTime(double busySeconds, double stolenSeconds) {

  public static final CoreTime ZERO = new CoreTime(0, 0);

  private static final double TICKS_PER_SECOND = 100;

  public static CoreTime now(int core) throws IOException {
    return parse(Files.readAllLines(Path.of("/proc/stat")), core);
  }

  /** Reads the line {@code cpu0 user nice system idle iowait irq softirq steal guest …}. */
  static CoreTime parse(List<String> lines, int core) throws IOException {
    String start = "cpu" + core + " ";
    for (String line : lines) {
      if (line.startsWith(start)) {
        String[] fields = line.split(" ", -1);
        double busy = 0;
        for (int i : new int[] {1, 2, 3, 6, 7}) {
          busy += Long.parseLong(fields[i]);
        }
        return new CoreTime(busy / TICKS_PER_SECOND, Long.parseLong(fields[8]) / TICKS_PER_SECOND);
      }
    }
    throw new IOException("no line " + start + "in /proc/stat");
  }

  public CoreTime minus(CoreTime other) {
    return new CoreTime(busySeconds - other.busySeconds, stolenSeconds - other.stolenSeconds);
  }

  public CoreTime plus(CoreTime other) {
    return new CoreTime(busySeconds + other.busySeconds, stolenSeconds + other.stolenSeconds);
  }
}
