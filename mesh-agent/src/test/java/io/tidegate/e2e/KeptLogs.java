package io.tidegate.e2e;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps what agents and engines have said when a test fails: the next test's agents write over it,
 * and engines that are worn go with their logs.
 */
final class KeptLogs implements AfterTestExecutionCallback {

  static final Path LOGS = Lab.ROOT.resolve("mesh-agent/target/e2e");

  @Override
  public void afterTestExecution(ExtensionContext test) throws IOException {
    if (test.getExecutionException().isEmpty()) {
      return;
    }
    Path kept = Files.createDirectories(LOGS.resolve("failed"));
    String prefix = test.getRequiredTestClass().getSimpleName() + ".";
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(LOGS, "agent-*.log")) {
      for (Path log : logs) {
        keep(log, kept.resolve(prefix + log.getFileName()));
      }
    }
    for (String node : Lab.nodes()) {
      keep(Lab.engineLog(node), kept.resolve(prefix + "engine-" + node + ".log"));
    }
  }

  private static void keep(Path log, Path copy) throws IOException {
    if (Files.exists(log)) {
      Files.copy(log, copy, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
