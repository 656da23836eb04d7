package io.tidegate.bench.compare.contender;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The programs of this machine. */
public final class Programs {

  // Daemons live here, and not everyone has it on the PATH.
  private static final List<String> SYSTEM_FOLDERS = List.of("/usr/local/sbin", "/usr/sbin");

  private Programs() {}

  /** Looks for an executable on the PATH and where daemons live; a path stands for itself. */
  public static Optional<Path> find(String program) {
    List<Path> places = new ArrayList<>();
    if (program.contains("/")) {
      places.add(Path.of(program));
    } else {
      for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
        places.add(Path.of(folder, program));
      }
      SYSTEM_FOLDERS.forEach(folder -> places.add(Path.of(folder, program)));
    }
    return places.stream().filter(Files::isExecutable).findFirst();
  }

  /**
   * Runs a program to its end.
   *
   * @return the first line of what it said
   * @throws IOException if it could not be run, or failed
   */
  public static String firstLine(Path program, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    byte[] output = process.getInputStream().readAllBytes();
    try {
      int exitCode = process.waitFor();
      String text = new String(output, StandardCharsets.UTF_8).strip();
      if (exitCode != 0) {
        throw new IOException(program + " failed with exit code " + exitCode + ": " + text);
      }
      return text.lines().findFirst().orElse("");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(program + ": interrupted", e);
    }
  }
}
