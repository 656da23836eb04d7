package io.tidegate.agent.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** 10,000 services of ten tasks, and 100 nodes, in a process with the flags of the agent. */
@Timeout(120)
class TaskChangeIT {

  private static final int SERVICES = 10_000;

  @Test
  void costsLittleWithAHundredThousandTasks() throws Exception {
    Map<String, Long> figures = run(SERVICES, 10, 100, shards(), 5_000);

    assertThat(figures.get("listMillis")).isLessThan(2_000);
    assertThat(figures.get("controlMicrosPerChange")).isLessThan(1_000);
    assertThat(figures.get("controlBytesPerChange")).isLessThan(32 << 10);
    assertThat(figures.get("shardsMicrosPerChange")).isPositive().isLessThan(1_000);
    assertThat(figures.get("shardsBytesPerChange")).isLessThan(32 << 10);
    assertThat(figures.get("residentMib")).isLessThan(400);
  }

  /** Each of them has a descriptor for each service. */
  private static int shards() {
    var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getMaxFileDescriptorCount() > 3 * SERVICES ? 2 : 1;
  }

  private static Map<String, Long> run(int... counts) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + System.getProperty("jvm.options"),
                "-cp",
                System.getProperty("java.class.path"),
                TaskChangeProgram.class.getName()));
    for (int count : counts) {
      command.add(Integer.toString(count));
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Map<String, Long> figures = new HashMap<>();
    for (String line : process.inputReader().lines().toList()) {
      System.out.println(line);
      String[] figure = line.split(" ", 2);
      figures.put(figure[0], Long.parseLong(figure[1]));
    }
    assertThat(process.waitFor()).isZero();
    return figures;
  }
}
