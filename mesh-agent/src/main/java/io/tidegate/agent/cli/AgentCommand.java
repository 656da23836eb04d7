package io.tidegate.agent.cli;

import io.tidegate.agent.admin.OptionInForce;
import io.tidegate.agent.labels.DurationText;
import io.tidegate.agent.labels.VipChoice;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.swarm.SwarmConfig;
import io.tidegate.agent.watch.WatchConfig;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayMode;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code tidegate agent}: its options, each with its default. */
@Command(
    name = "agent",
    description = {
      "Serves the published ports of a Docker Swarm on this node, and carries each connection to a"
          + " healthy task on any node.",
      "",
      "Each option may also stand in the environment (its TIDEGATE_ variable) or in a YAML file"
          + " (--config), as in 'connect-timeout: 2s'. A flag goes before the environment, the"
          + " environment before the file.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    abbreviateSynopsis = true,
    sortOptions = false)
final class AgentCommand implements Callable<Integer> {

  private static final ProxyConfig PROXY = ProxyConfig.defaults();
  private static final SwarmConfig SWARM = SwarmConfig.USUAL;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A YAML file with options. No file by default; TIDEGATE_CONFIG.")
  @Nullable Path config;

  @Option(
      names = "--check",
      description =
          "Say what this node can do and what is missing, and exit: 0 if the agent can serve, 1 if"
              + " not.")
  boolean check;

  @Option(
      names = "--source",
      paramLabel = "SOURCE",
      description =
          "Where routes come from: 'swarm' (the node's own Docker, manager or worker) or"
              + " 'file:PATH' (a YAML file of routes; needs no Docker).")
  SourceChoice source = new SourceChoice.Swarm();

  @Option(
      names = "--docker-host",
      paramLabel = "URL",
      description = "The node's Docker; DOCKER_HOST is honoured.")
  URI dockerHost = SWARM.docker().host();

  @Option(
      names = "--netns-dir",
      paramLabel = "DIR",
      description = "Docker's network namespaces, where ingress_sbox is.")
  @Nullable Path netnsDir;

  @Option(
      names = "--control-socket",
      paramLabel = "FILE",
      description = "Where a manager tells every change at once, below Docker's exec-root.")
  Path controlSocket = SWARM.watch().socket();

  @Option(
      names = "--certificates-dir",
      paramLabel = "DIR",
      description = "The node's Swarm certificates, below Docker's data-root.")
  Path certificatesDir = SWARM.watch().certificatesDir();

  @Mixin PeerOptions peers = new PeerOptions();

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Where what is known of the Swarm is kept over a restart, and where an agent that is"
              + " started takes over from the one that runs.")
  Path stateDir = Path.of("/var/lib/tidegate");

  @Option(
      names = "--poll-interval",
      paramLabel = "TIME",
      description = "How often everything is read again where nothing tells every change.")
  Duration pollInterval = SWARM.pollInterval();

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      converter = BindAddress.class,
      description = "Where published ports are served; '::' is every address of both families.")
  String bind = PROXY.bindAddress();

  @Mixin TakeoverOptions takeover = new TakeoverOptions();

  @Option(
      names = "--vip",
      paramLabel = "MODE",
      description =
          "Whether connections of containers to the virtual addresses of services are balanced: on,"
              + " off (they are left to Docker, whose own balancing needs IPVS in the kernel) or auto"
              + " (on where the kernel has none, else for services with tidegate.vip=on alone).")
  VipChoice vip = VipChoice.AUTO;

  @Option(
      names = "--shards",
      paramLabel = "N",
      description =
          "Event loops, each with all that it owns. The default is one per core, 256 at most.")
  int shards = PROXY.shards();

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      description = "How long one attempt to reach a task may take.")
  Duration connectTimeout = PROXY.connectTimeout();

  @Option(
      names = "--connect-attempts",
      paramLabel = "N",
      description = "How many different tasks are tried before a client is refused.")
  int connectAttempts = PROXY.connectAttempts();

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      description = "How long a connection may live with nothing moving.")
  Duration idleTimeout = PROXY.relay().idleTimeout();

  @Option(
      names = "--relay-mode",
      paramLabel = "MODE",
      description =
          "How bytes are moved: adaptive (copied, and spliced once a transfer is a bulk one), copy"
              + " or splice.")
  RelayMode relayMode = PROXY.relay().mode();

  @Option(
      names = "--lame-duck",
      paramLabel = "TIME",
      description =
          "How long new connections are still taken after a signal to stop, while /readyz and /lb"
              + " already say no: until load balancers have noticed.")
  Duration lameDuck = Duration.ofSeconds(5);

  @Option(
      names = "--drain-timeout",
      paramLabel = "TIME",
      description = "How long connections may go on after that; 0s ends them at once.")
  Duration drainTimeout = Duration.ofSeconds(25);

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "Where /metrics, /livez, /readyz, /lb and /api are served.")
  HostPort admin = new HostPort("127.0.0.1", 9180);

  @Option(
      names = "--agent-check",
      paramLabel = "HOST:PORT",
      description = "Where HAProxy's agent-check is answered.")
  @Nullable HostPort agentCheck;

  @Option(
      names = "--metrics-tasks",
      paramLabel = "true|false",
      arity = "1",
      description = "Whether each task has series of its own in /metrics.")
  boolean metricsTasks = true;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace.")
  Level logLevel = Level.INFO;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "text or json; on standard error.")
  AgentConfig.Format logFormat = AgentConfig.Format.TEXT;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private CommandSpec spec;

  private final ToIntFunction<AgentConfig> run;

  AgentCommand(ToIntFunction<AgentConfig> run) {
    this.run = run;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!check) {
      return run.applyAsInt(config());
    }
    List<Finding> findings = NodeCheck.run(config());
    PrintWriter out = spec.commandLine().getOut();
    out.print(Finding.table(findings));
    out.flush();
    return Checks.hasFailure(findings) ? 1 : 0;
  }

  private AgentConfig config() {
    return new AgentConfig(
        source,
        checked(this::swarm),
        checked(this::proxy),
        checked(() -> takeover.config(source instanceof SourceChoice.Swarm)),
        checked(this::vips),
        new AgentConfig.Admin(admin, metricsTasks, agentCheck),
        new AgentConfig.Log(logLevel, logFormat),
        new AgentConfig.Ending(lameDuck, drainTimeout),
        optionsInForce());
  }

  private SwarmConfig swarm() {
    return new SwarmConfig(
        SWARM.docker().at(dockerHost),
        netnsDir,
        new WatchConfig(controlSocket, certificatesDir),
        peers.config(certificatesDir),
        stateDir,
        pollInterval);
  }

  private VipChoice vips() {
    if (vip == VipChoice.ON && !(source instanceof SourceChoice.Swarm)) {
      throw new IllegalArgumentException(
          "vip: on (expected: off or auto where --source is a file)");
    }
    return vip;
  }

  private ProxyConfig proxy() {
    return new ProxyConfig(
        shards,
        bind,
        connectTimeout,
        connectAttempts,
        PROXY.backlog(),
        PROXY.relay().withIdleTimeout(idleTimeout).withMode(relayMode),
        PROXY.udp());
  }

  private <T> T checked(Supplier<T> config) {
    try {
      return config.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), inOptionsWords(e.getMessage()), e);
    }
  }

  // What is configured says "connectAttempts: 0 (expected: …)"; the option is connect-attempts.
  private String inOptionsWords(@Nullable String message) {
    String text = String.valueOf(message);
    int colon = Math.max(text.indexOf(':'), 0);
    String name = text.substring(0, colon).replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    return "--" + name + text.substring(colon) + Tidegate.blame(settings().origin(name));
  }

  private List<OptionInForce> optionsInForce() {
    return spec.options().stream()
        .filter(AgentCommand::isSetting)
        .map(AgentCommand.this::optionInForce)
        .toList();
  }

  private OptionInForce optionInForce(OptionSpec option) {
    String name = Settings.name(option);
    return new OptionInForce(name, format(option, option.getValue()), settings().origin(name));
  }

  private Settings settings() {
    return (Settings) spec.defaultValueProvider();
  }

  /** Whether an option is one that environment and file may give too. */
  static boolean isSetting(OptionSpec option) {
    return !option.usageHelp()
        && !option.versionHelp()
        && !List.of("--config", "--check").contains(option.longestName());
  }

  /** An option's value as it would be written on the command line, or what is done without. */
  static String format(OptionSpec option, @Nullable Object value) {
    return switch (value) {
      case null -> instead(option.longestName());
      case Duration duration -> DurationText.format(duration);
      case Enum<?> constant -> word(constant);
      default -> value.toString();
    };
  }

  private static String instead(String name) {
    return switch (name) {
      case "--netns-dir" -> "found through Docker";
      case "--peer-cert", "--peer-key", "--peer-ca" -> "the Swarm's own, in --certificates-dir";
      default -> "none";
    };
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static final class BindAddress implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      try {
        InetAddress.ofLiteral(text);
        return text;
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(text + " (expected: an IPv4 or IPv6 address)");
      }
    }
  }
}
