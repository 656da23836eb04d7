package io.tidegate.bench.compare.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What is measured on.
 *
 * @param kernel as in {@code uname -r}
 * @param cpu the model
 * @param memoryBytes of the whole machine
 * @param java the JVM of the load, which is also the one of Tidegate
 */
public record Machine(String kernel, String cpu, int cores, long memoryBytes, String java) {

  public static Machine here() throws IOException {
    return new Machine(
        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
        field("/proc/cpuinfo", "model name"),
        countCores(),
        Long.parseLong(field("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) * 1_024,
        Runtime.version().toString());
  }

  // Not what the JVM says: that is bound to one core.
  private static int countCores() throws IOException {
    return (int)
        Files.readAllLines(Path.of("/proc/stat")).stream()
            .filter(line -> line.matches("cpu\\d+ .*"))
            .count();
  }

  /** How many files a process may open at the most. */
  public static long openFilesLimit() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        String hard = line.strip().split("\\s+", -1)[4];
        return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
      }
    }
    throw new IOException("no line Max open files in /proc/self/limits");
  }

  /** The load average of the last minute. */
  public static double loadAverage() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0]);
  }

  private static String field(String file, String name) throws IOException {
    List<String> lines = Files.readAllLines(Path.of(file));
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }
}
