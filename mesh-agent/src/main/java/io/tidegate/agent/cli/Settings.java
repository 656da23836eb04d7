package io.tidegate.agent.cli;

import io.tidegate.agent.admin.OptionInForce;
import io.tidegate.agent.labels.Nearest;
import io.tidegate.agent.source.Yaml;
import io.tidegate.agent.source.YamlException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What environment and configuration file say about the options; a flag goes before both, the
 * environment before the file.
 */
final class Settings implements IDefaultValueProvider {

  private static final String PREFIX = "TIDEGATE_";
  private static final String CONFIG_VARIABLE = "TIDEGATE_CONFIG";
  // The launcher's own.
  private static final Set<String> OTHER_VARIABLES =
      Set.of(CONFIG_VARIABLE, "TIDEGATE_JAVA_HOME", "TIDEGATE_JAVA_OPTS");
  private static final String LAB_PREFIX = "TIDEGATE_LAB_";

  private final Set<String> flags;
  private final Map<String, OptionInForce> given = new HashMap<>();

  private Settings(Set<String> flags) {
    this.flags = flags;
  }

  /**
   * Reads the environment and, where one is named, the file.
   *
   * @param names the options that may be given there, as in {@code connect-timeout}
   * @throws IllegalArgumentException naming the variable that is unknown, or the file
   * @throws YamlException naming file and line
   */
  static Settings read(Set<String> names, List<String> args, Map<String, String> environment) {
    Settings settings = new Settings(flags(args));
    String configFile = configFile(args, environment);
    if (configFile != null) {
      settings.addFile(configFile, names);
    }
    settings.addEnvironment(environment, names);
    String dockerHost = environment.getOrDefault("DOCKER_HOST", "");
    if (!dockerHost.isEmpty()) {
      settings.given.putIfAbsent(
          "docker-host", new OptionInForce("docker-host", dockerHost, "DOCKER_HOST"));
    }
    return settings;
  }

  /** {@code TIDEGATE_CONNECT_TIMEOUT} for {@code connect-timeout}. */
  static String variable(String name) {
    return PREFIX + name.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** {@code connect-timeout} for the option {@code --connect-timeout}. */
  static String name(OptionSpec option) {
    return option.longestName().replaceFirst("^--", "");
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    if (!(arg instanceof OptionSpec option) || flags.contains(name(option))) {
      return null;
    }
    OptionInForce setting = given.get(name(option));
    return setting == null ? null : setting.value();
  }

  /** Where the value of an option comes from: see {@link OptionInForce#origin}. */
  String origin(String name) {
    if (flags.contains(name)) {
      return "flag";
    }
    OptionInForce setting = given.get(name);
    return setting == null ? "default" : setting.origin();
  }

  private static Set<String> flags(List<String> args) {
    Set<String> flags = new HashSet<>();
    for (String arg : args) {
      if (arg.startsWith("--")) {
        flags.add(arg.substring(2).replaceFirst("=.*$", ""));
      }
    }
    return flags;
  }

  private static @Nullable String configFile(List<String> args, Map<String, String> environment) {
    for (int i = args.size() - 1; i >= 0; i--) {
      if (args.get(i).startsWith("--config=")) {
        return args.get(i).substring("--config=".length());
      }
      if (args.get(i).equals("--config") && i + 1 < args.size()) {
        return args.get(i + 1);
      }
    }
    String variable = environment.getOrDefault(CONFIG_VARIABLE, "");
    return variable.isEmpty() ? null : variable;
  }

  private void addEnvironment(Map<String, String> environment, Set<String> names) {
    Map<String, String> nameByVariable =
        names.stream().collect(Collectors.toMap(Settings::variable, name -> name));
    Set<String> known =
        Stream.concat(nameByVariable.keySet().stream(), OTHER_VARIABLES.stream())
            .collect(Collectors.toSet());
    environment.forEach(
        (variable, value) -> {
          if (!variable.startsWith(PREFIX) || variable.startsWith(LAB_PREFIX)) {
            return;
          }
          if (!known.contains(variable)) {
            throw new IllegalArgumentException(
                "%s: unknown variable (nearest: %s)"
                    .formatted(variable, Nearest.of(variable, known)));
          }
          String name = nameByVariable.get(variable);
          if (name != null && !value.isEmpty()) {
            given.put(name, new OptionInForce(name, value, variable));
          }
        });
  }

  private void addFile(String file, Set<String> names) {
    Yaml document;
    try {
      document = Yaml.parse(file, Yaml.read(Path.of(file)));
    } catch (IOException e) {
      throw new IllegalArgumentException("config: " + e.getMessage(), e);
    }
    if (!(document instanceof Yaml.Fields(var fields, _))) {
      throw new YamlException(file, document.line(), "not a map (expected: option: value)");
    }
    fields.forEach((name, field) -> addField(file, name, field, names));
  }

  private void addField(String file, String name, Yaml.Field field, Set<String> names) {
    if (!names.contains(name)) {
      throw new YamlException(
          file,
          field.line(),
          "%s: unknown option (nearest: %s)".formatted(name, Nearest.of(name, names)));
    }
    if (!(field.value() instanceof Yaml.Text(String value, int line)) || value.isEmpty()) {
      throw new YamlException(file, field.line(), name + ": no value (expected: one)");
    }
    given.put(name, new OptionInForce(name, value, file + ":" + line));
  }
}
