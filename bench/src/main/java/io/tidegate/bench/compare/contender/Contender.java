package io.tidegate.bench.compare.contender;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A proxy to compare.
 *
 * @param name as in tables and on the command line
 * @param configuration what is special about it, for people
 * @param program what it is started from: the name of an executable on the PATH, or a path
 * @param versionArgs what makes the program say its version
 * @param configFile the name of its configuration file
 * @param config makes the file's content
 * @param command makes the arguments of the program
 * @param udpMissing why it does not carry UDP; null if it does
 */
public record Contender(
    String name,
    String configuration,
    String program,
    List<String> versionArgs,
    String configFile,
    Config config,
    Command command,
    @Nullable String udpMissing) {

  /** Makes a configuration file. */
  @FunctionalInterface
  public interface Config {
    String text(Place place);
  }

  /** Makes the arguments of a program. */
  @FunctionalInterface
  public interface Command {
    List<String> arguments(Place place);
  }

  @Override
  public String toString() {
    return name;
  }
}
