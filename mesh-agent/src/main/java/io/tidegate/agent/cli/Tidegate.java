package io.tidegate.agent.cli;

import io.tidegate.agent.labels.DurationText;
import io.tidegate.agent.labels.Nearest;
import io.tidegate.agent.labels.VipChoice;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.source.YamlException;
import io.tidegate.agent.takeover.TakeoverConfig;
import io.tidegate.proxy.RelayMode;
import io.tidegate.routing.Timeouts;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.slf4j.event.Level;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code tidegate} and those below it. */
@Command(
    name = "tidegate",
    description = "A userspace routing mesh and ingress load balancer for Docker Swarm.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Tidegate implements Runnable {

  private static final int USAGE_ERROR = 2;

  private final Map<String, String> environment;
  private final CommandLine line;
  private final CommandLine agent;

  /**
   * Ready to execute.
   *
   * @param run runs an agent until it is told to stop; its result is the exit code
   */
  public Tidegate(Map<String, String> environment, ToIntFunction<AgentConfig> run) {
    this.environment = environment;
    this.agent = new CommandLine(new AgentCommand(run));
    addConverters(agent);
    describeSettings(agent.getCommandSpec());
    this.line = new CommandLine(this).addSubcommand(agent);
    line.setParameterExceptionHandler(this::explain);
    line.setUsageHelpAutoWidth(true);
  }

  /** Adds a command that brings its own options; they may be of the types that agent's are. */
  public Tidegate with(Object command) {
    CommandLine subcommand = new CommandLine(command);
    addConverters(subcommand);
    line.addSubcommand(subcommand);
    line.setParameterExceptionHandler(this::explain);
    return this;
  }

  /** Where to print instead of the standard streams. */
  Tidegate printingTo(PrintWriter out, PrintWriter err) {
    line.setOut(out);
    line.setErr(err);
    return this;
  }

  /**
   * Parses and runs.
   *
   * @return the exit code: 0, 1 if the command failed, 2 if the options are wrong
   */
  public int execute(String... args) {
    List<String> words = Arrays.asList(args);
    if (needsSettings(words)) {
      try {
        agent.setDefaultValueProvider(Settings.read(settingNames(), words, environment));
      } catch (YamlException | IllegalArgumentException e) {
        return refuse(agent, String.valueOf(e.getMessage()));
      }
    }
    return line.execute(args);
  }

  /** Without a command: the help. */
  @Override
  public void run() {
    line.usage(line.getOut());
  }

  // Help must come whatever environment and file hold.
  private static boolean needsSettings(List<String> args) {
    return !args.isEmpty()
        && args.getFirst().equals("agent")
        && args.stream().noneMatch(Set.of("-h", "--help", "-V", "--version")::contains);
  }

  private Set<String> settingNames() {
    return agent.getCommandSpec().options().stream()
        .filter(AgentCommand::isSetting)
        .map(Settings::name)
        .collect(Collectors.toSet());
  }

  private int explain(ParameterException e, String[] args) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      return refuse(e.getCommandLine(), unknown(e.getCommandLine(), unmatched));
    }
    String message = String.valueOf(e.getMessage());
    if (e.getArgSpec() instanceof OptionSpec option
        && e.getCommandLine().getDefaultValueProvider() instanceof Settings settings) {
      message += blame(settings.origin(Settings.name(option)));
    }
    return refuse(e.getCommandLine(), message);
  }

  /** The end of a message about a value that did not come from a flag. */
  static String blame(String origin) {
    return origin.equals("flag") || origin.equals("default") ? "" : ", given by " + origin;
  }

  private static String unknown(CommandLine command, UnmatchedArgumentException e) {
    String word = e.getUnmatched().getFirst();
    CommandSpec spec = command.getCommandSpec();
    if (word.startsWith("-")) {
      String name = word.replaceFirst("=.*$", "");
      return name
          + ": unknown option (nearest: "
          + Nearest.of(name, spec.optionsMap().keySet())
          + ")";
    }
    return spec.subcommands().isEmpty()
        ? word + ": unexpected (expected: options only)"
        : word
            + ": unknown command (nearest: "
            + Nearest.of(word, spec.subcommands().keySet())
            + ")";
  }

  private static int refuse(CommandLine command, String message) {
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    err.println(name + ": " + message);
    err.println("Try '" + name + " --help'.");
    err.flush();
    return USAGE_ERROR;
  }

  private static void addConverters(CommandLine line) {
    line.registerConverter(Duration.class, converter(Tidegate::duration));
    line.registerConverter(URI.class, converter(URI::create));
    line.registerConverter(HostPort.class, converter(HostPort::parse));
    line.registerConverter(RelayMode.class, converter(RelayMode::parse));
    line.registerConverter(SourceChoice.class, converter(SourceChoice::parse));
    line.registerConverter(int.class, converter(Tidegate::wholeNumber));
    line.registerConverter(boolean.class, converter(Tidegate::trueOrFalse));
    line.registerConverter(Level.class, oneOf(Level.class));
    line.registerConverter(AgentConfig.Format.class, oneOf(AgentConfig.Format.class));
    line.registerConverter(TakeoverConfig.Mode.class, oneOf(TakeoverConfig.Mode.class));
    line.registerConverter(VipChoice.class, oneOf(VipChoice.class));
  }

  private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }

  private static <E extends Enum<E>> ITypeConverter<E> oneOf(Class<E> type) {
    List<E> constants = Arrays.asList(type.getEnumConstants());
    String allowed = constants.stream().map(AgentCommand::word).collect(Collectors.joining(", "));
    return converter(
        text ->
            constants.stream()
                .filter(c -> c.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                    () -> new IllegalArgumentException(text + " (expected: " + allowed + ")")));
  }

  // As far as labels go, too: what is longer does not fit where time is counted in nanoseconds.
  private static Duration duration(String text) {
    Duration duration = DurationText.parse(text);
    if (duration.compareTo(Timeouts.LONGEST) > 0) {
      throw new IllegalArgumentException(
          text + " (expected: at most " + DurationText.format(Timeouts.LONGEST) + ")");
    }
    return duration;
  }

  private static Integer wholeNumber(String text) {
    if (!text.matches("-?[0-9]{1,9}")) {
      throw new IllegalArgumentException(text + " (expected: a whole number)");
    }
    return Integer.valueOf(text);
  }

  private static Boolean trueOrFalse(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException(text + " (expected: true or false)");
    }
    return Boolean.valueOf(text);
  }

  // Default and variable follow from the option itself, so they are added to its text here.
  private static void describeSettings(CommandSpec spec) {
    for (OptionSpec option : List.copyOf(spec.options())) {
      if (AgentCommand.isSetting(option)) {
        spec.remove(option);
        String facts =
            "Default: %s; %s"
                .formatted(
                    AgentCommand.format(option, option.initialValue()),
                    Settings.variable(Settings.name(option)));
        String[] text = {option.description()[0], facts};
        spec.addOption(OptionSpec.builder(option).description(text).build());
      }
    }
  }
}
