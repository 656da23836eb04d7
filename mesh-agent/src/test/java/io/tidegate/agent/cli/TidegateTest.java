package io.tidegate.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.agent.admin.OptionInForce;
import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.labels.VipChoice;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.swarm.PeerConfig;
import io.tidegate.agent.swarm.SwarmConfig;
import io.tidegate.agent.takeover.TakeoverConfig;
import io.tidegate.agent.watch.WatchConfig;
import io.tidegate.proxy.ProxyConfig;
import io.tidegate.proxy.RelayMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

class TidegateTest {

  @TempDir Path folder;
  private final List<AgentConfig> ran = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void runsAnAgentWithTheDefaults() {
    assertThat(execute(Map.of(), "agent")).isZero();
    AgentConfig config = ran.getFirst();
    assertThat(config.source()).isEqualTo(new SourceChoice.Swarm());
    SwarmConfig usual = SwarmConfig.USUAL;
    assertThat(config.swarm())
        .isEqualTo(
            new SwarmConfig(
                usual.docker(),
                usual.netnsDir(),
                usual.watch(),
                usual.peers(),
                Path.of("/var/lib/tidegate"),
                usual.pollInterval()));
    assertThat(config.proxy()).isEqualTo(ProxyConfig.defaults());
    assertThat(config.vips()).isEqualTo(VipChoice.AUTO);
    assertThat(config.admin())
        .isEqualTo(new AgentConfig.Admin(new HostPort("127.0.0.1", 9180), true, null));
    assertThat(config.log()).isEqualTo(new AgentConfig.Log(Level.INFO, AgentConfig.Format.TEXT));
    assertThat(config.ending())
        .isEqualTo(new AgentConfig.Ending(Duration.ofSeconds(5), Duration.ofSeconds(25)));
    assertThat(config.options()).extracting(OptionInForce::origin).containsOnly("default");
  }

  @Test
  void takesEveryOptionAsAFlag() {
    assertThat(
            execute(
                Map.of(),
                ("agent --source file:routes.yml --docker-host tcp://10.0.0.1:2375 --netns-dir /ns"
                        + " --control-socket /s --certificates-dir /c"
                        + " --peer-listen 127.0.0.1:0 --hop-port 7000 --hop-tls-port 7001 --peer-cert /n.crt --peer-key /n.key"
                        + " --peer-ca /ca.crt --state-dir /d"
                        + " --poll-interval 2s --bind 127.0.0.1 --shards 3 --connect-timeout 250ms"
                        + " --connect-attempts 2 --idle-timeout 10m --relay-mode copy"
                        + " --lame-duck 0s --drain-timeout 0s --agent-check [::1]:1"
                        + " --admin [::1]:0 --metrics-tasks false --log-level debug"
                        + " --log-format json --mode host --takeover-mark 0x77 --vip off")
                    .split(" ")))
        .isZero();
    AgentConfig config = ran.getFirst();
    assertThat(config.source()).isEqualTo(new SourceChoice.File(Path.of("routes.yml")));
    assertThat(config.swarm().docker().host()).isEqualTo(URI.create("tcp://10.0.0.1:2375"));
    assertThat(config.swarm().netnsDir()).isEqualTo(Path.of("/ns"));
    assertThat(config.swarm().watch()).isEqualTo(new WatchConfig(Path.of("/s"), Path.of("/c")));
    assertThat(config.swarm().peers())
        .isEqualTo(
            new PeerConfig(
                new HostPort("127.0.0.1", 0),
                7_000,
                7_001,
                new IdentityFiles(Path.of("/n.crt"), Path.of("/n.key"), Path.of("/ca.crt"))));
    assertThat(config.swarm().stateDir()).isEqualTo(Path.of("/d"));
    assertThat(config.swarm().pollInterval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.proxy().shards()).isEqualTo(3);
    assertThat(config.proxy().bindAddress()).isEqualTo("127.0.0.1");
    assertThat(config.proxy().connectTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.proxy().connectAttempts()).isEqualTo(2);
    assertThat(config.proxy().relay().idleTimeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.proxy().relay().mode()).isEqualTo(RelayMode.COPY);
    assertThat(config.takeover()).isEqualTo(new TakeoverConfig(TakeoverConfig.Mode.HOST, 0x77));
    assertThat(config.vips()).isEqualTo(VipChoice.OFF);
    assertThat(config.ending()).isEqualTo(new AgentConfig.Ending(Duration.ZERO, Duration.ZERO));
    assertThat(config.admin())
        .isEqualTo(new AgentConfig.Admin(new HostPort("::1", 0), false, new HostPort("::1", 1)));
    assertThat(config.log()).isEqualTo(new AgentConfig.Log(Level.DEBUG, AgentConfig.Format.JSON));
    assertThat(config.options()).extracting(OptionInForce::origin).containsOnly("flag");
  }

  @Test
  void refusesATakeoverWithoutDockerAndMarksThatAreNone() {
    assertThat(execute(Map.of(), "agent", "--source", "file:r.yml", "--mode", "takeover"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("--mode: takeover (expected: host or auto where --source is a file)");
    assertThat(execute(Map.of(), "agent", "--takeover-mark", "0x1ffffffff")).isEqualTo(2);
    assertThat(err.toString())
        .contains("0x1ffffffff (expected: a number of 32 bits, as in 0x7467)");
    assertThat(execute(Map.of(), "agent", "--takeover-mark", "0x100")).isEqualTo(2);
    assertThat(err.toString()).contains("--takeover-mark: 0x100 (expected: not 0, and not 0x100");
    assertThat(ran).isEmpty();
  }

  @Test
  void refusesVirtualAddressesWithoutDockerAndWordsThatAreNone() {
    assertThat(execute(Map.of(), "agent", "--source", "file:r.yml", "--vip", "on")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--vip: on (expected: off or auto where --source is a file)");
    assertThat(execute(Map.of("TIDEGATE_VIP", "yes"), "agent")).isEqualTo(2);
    assertThat(err.toString()).contains("yes (expected: auto, on, off)");
    assertThat(ran).isEmpty();
  }

  @Test
  void takesAnIdentityOfItsOwnOnlyWhole() {
    assertThat(execute(Map.of(), "agent", "--peer-cert", "/n.crt")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--peer-cert: not given alone (expected: all of --peer-cert, --peer-key and");
    assertThat(ran).isEmpty();
  }

  @Test
  void prefersFlagToEnvironmentToFileToDefault() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tidegate.yml"),
            "shards: 2\nconnect-attempts: 2\n\nidle-timeout: 2h\nmetrics-tasks: false\n");
    Map<String, String> environment =
        Map.of(
            "TIDEGATE_CONFIG", file.toString(),
            "TIDEGATE_SHARDS", "3",
            "TIDEGATE_CONNECT_ATTEMPTS", "3");
    assertThat(execute(environment, "agent", "--shards=4")).isZero();
    AgentConfig config = ran.getFirst();
    assertThat(config.proxy().shards()).isEqualTo(4);
    assertThat(config.proxy().connectAttempts()).isEqualTo(3);
    assertThat(config.proxy().relay().idleTimeout()).isEqualTo(Duration.ofHours(2));
    assertThat(config.options())
        .contains(
            new OptionInForce("shards", "4", "flag"),
            new OptionInForce("connect-attempts", "3", "TIDEGATE_CONNECT_ATTEMPTS"),
            new OptionInForce("idle-timeout", "2h", file + ":4"),
            new OptionInForce("metrics-tasks", "false", file + ":5"),
            new OptionInForce("connect-timeout", "4s", "default"));
  }

  @Test
  void prefersTheConfigFileOfTheFlag() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yml"), "shards: 5");
    Map<String, String> environment = Map.of("TIDEGATE_CONFIG", "/no/such/file.yml");
    assertThat(execute(environment, "agent", "--config", file.toString())).isZero();
    assertThat(ran.getFirst().proxy().shards()).isEqualTo(5);
  }

  @Test
  void honoursDockerHostBelowItsOwnOption() {
    assertThat(execute(Map.of("DOCKER_HOST", "unix:///a"), "agent")).isZero();
    assertThat(ran.getFirst().swarm().docker().host()).hasToString("unix:///a");
    Map<String, String> both =
        Map.of("DOCKER_HOST", "unix:///a", "TIDEGATE_DOCKER_HOST", "unix:///b");
    assertThat(execute(both, "agent")).isZero();
    assertThat(ran.getLast().swarm().docker().host()).hasToString("unix:///b");
  }

  @Test
  void leavesTheVariablesOfLabAndLauncherAlone() {
    Map<String, String> environment =
        Map.of(
            "TIDEGATE_LAB_NODE", "n1",
            "TIDEGATE_NETNS_DIR", "/lab/netns",
            "TIDEGATE_JAVA_OPTS", "-Xmx1g",
            "TIDEGATE_SHARDS", "");
    assertThat(execute(environment, "agent")).isZero();
    assertThat(ran.getFirst().swarm().netnsDir()).isEqualTo(Path.of("/lab/netns"));
    assertThat(ran.getFirst().proxy()).isEqualTo(ProxyConfig.defaults());
  }

  @Test
  void refusesAnUnknownVariableAndNamesTheNearest() {
    assertRefused(
        execute(Map.of("TIDEGATE_CONECT_TIMEOUT", "1s"), "agent"),
        "tidegate agent: TIDEGATE_CONECT_TIMEOUT: unknown variable"
            + " (nearest: TIDEGATE_CONNECT_TIMEOUT)");
  }

  @Test
  void refusesAnUnknownKeyAndNamesItsLineAndTheNearest() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yml"), "shards: 1\nidle-timout: 1s\n");
    assertRefused(
        execute(Map.of(), "agent", "--config=" + file),
        "tidegate agent: " + file + ":2: idle-timout: unknown option (nearest: idle-timeout)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --shards=two          | Invalid value for option '--shards': two (expected: a whole number)
          --shards=0            | --shards: 0 (expected: 1 to 256)
          --connect-attempts=17 | --connect-attempts: 17 (expected: 1 to 16)
          --connect-timeout=4x  | Invalid value for option '--connect-timeout': 4x (expected: a number and its unit, as in 250ms, 4s, 10m or 1h)
          --drain-timeout=721h  | Invalid value for option '--drain-timeout': 721h (expected: at most 720h)
          --docker-host=ssh://a | --docker-host: ssh://a (expected: unix:///path or tcp://host:port)
          --poll-interval=0s    | --poll-interval: PT0S (expected: more than 0)
          --source=consul       | Invalid value for option '--source': consul (expected: swarm or file:PATH)
          --admin=9180          | Invalid value for option '--admin': 9180 (expected: host:port, as in 10.0.0.5:80 or [fd00::1]:80)
          --bind=eth0           | Invalid value for option '--bind': eth0 (expected: an IPv4 or IPv6 address)
          --metrics-tasks=yes   | Invalid value for option '--metrics-tasks': yes (expected: true or false)
          --log-level=loud      | Invalid value for option '--log-level': loud (expected: error, warn, info, debug, trace)
          --log-format=xml      | Invalid value for option '--log-format': xml (expected: text, json)
          --idle-timout=1s      | --idle-timout: unknown option (nearest: --idle-timeout)
          now                   | now: unexpected (expected: options only)
          """)
  void refusesABadFlag(String flag, String message) {
    assertRefused(execute(Map.of(), "agent", flag), "tidegate agent: " + message);
  }

  @Test
  void namesWhereABadValueCameFrom() throws IOException {
    assertRefused(
        execute(Map.of("TIDEGATE_SHARDS", "two"), "agent"),
        "tidegate agent: Invalid value for option '--shards': two (expected: a whole number),"
            + " given by TIDEGATE_SHARDS");
    Path file = Files.writeString(folder.resolve("a.yml"), "\nconnect-attempts: 0\n");
    assertRefused(
        execute(Map.of(), "agent", "--config=" + file),
        "tidegate agent: --connect-attempts: 0 (expected: 1 to 16), given by " + file + ":2");
  }

  @Test
  void refusesATimeThatIsTooLongWhereverItIsGiven() throws IOException {
    assertRefused(
        execute(Map.of("TIDEGATE_LAME_DUCK", "9999999h"), "agent"),
        "tidegate agent: Invalid value for option '--lame-duck': 9999999h (expected: at most"
            + " 720h), given by TIDEGATE_LAME_DUCK");
    Path file = Files.writeString(folder.resolve("a.yml"), "idle-timeout: 9999999h\n");
    assertRefused(
        execute(Map.of(), "agent", "--config=" + file),
        "tidegate agent: Invalid value for option '--idle-timeout': 9999999h (expected: at most"
            + " 720h), given by "
            + file
            + ":1");
    assertThat(execute(Map.of(), "agent", "--drain-timeout=720h")).isZero();
  }

  @Test
  void ignoresABadVariableThatAFlagOverrides() {
    assertThat(execute(Map.of("TIDEGATE_SHARDS", "two"), "agent", "--shards", "2")).isZero();
  }

  @Test
  void refusesAConfigFileThatIsNotThere() {
    assertRefused(
        execute(Map.of(), "agent", "--config", "/no/such.yml"),
        "tidegate agent: config: /no/such.yml: no such file");
  }

  @Test
  void namesAConfigFileThatCannotBeReadOnce() throws IOException {
    Path link = folder.resolve("a.yml");
    Files.createSymbolicLink(link, link);
    assertThat(execute(Map.of(), "agent", "--config=" + link)).isEqualTo(2);
    assertThat(err.toString()).startsWith("tidegate agent: config: " + link + ": Too many");
  }

  @Test
  void explainsEveryOptionWithDefaultAndVariableWhateverTheEnvironment() {
    assertThat(execute(Map.of("TIDEGATE_NONSENSE", "1"), "agent", "--help")).isZero();
    assertThat(out.toString())
        .contains("--connect-timeout=TIME", "Default: 4s; TIDEGATE_CONNECT_TIMEOUT")
        .contains("Default: 127.0.0.1:9180; TIDEGATE_ADMIN")
        .contains("Default: found through Docker; TIDEGATE_NETNS_DIR")
        .contains("Default: the Swarm's own, in --certificates-dir;", "TIDEGATE_PEER_CERT");
    assertThat(ran).isEmpty();
  }

  @Test
  void saysWhatThereIsWithoutACommand() {
    assertThat(execute(Map.of())).isZero();
    assertThat(out.toString()).contains("Usage: tidegate [-hV] COMMAND", "agent");
  }

  @Test
  void tellsItsVersion() {
    assertThat(execute(Map.of(), "--version")).isZero();
    assertThat(out.toString()).startsWith("tidegate ").contains("(Java 25");
  }

  @Test
  void refusesAnUnknownCommandAndNamesTheNearest() {
    int code = execute(Map.of(), "agnt");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("tidegate: agnt: unknown command (nearest: agent)")
        .endsWith("Try 'tidegate --help'." + System.lineSeparator());
  }

  @Test
  void checksAFileOfRoutesWithoutRunningAnything() throws IOException {
    Path good = Files.writeString(folder.resolve("routes.yml"), "routes: []");
    assertThat(
            execute(Map.of(), "agent", "--check", "--admin=127.0.0.1:0", "--source=file:" + good))
        .isZero();
    assertThat(out.toString()).contains("ok    discovery     0 published services with 0 tasks");
    Path bad = Files.writeString(folder.resolve("bad.yml"), "routes: 7");
    assertThat(execute(Map.of(), "agent", "--check", "--admin=127.0.0.1:0", "--source=file:" + bad))
        .isEqualTo(1);
    assertThat(out.toString()).contains("FAIL  discovery     " + bad + ":1: routes: not a list");
    assertThat(ran).isEmpty();
  }

  @Test
  void checksWhereTheAgentCheckWouldBeAnswered() throws IOException {
    Path routes = Files.writeString(folder.resolve("routes.yml"), "routes: []");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThat(
              execute(
                  Map.of(),
                  "agent",
                  "--check",
                  "--admin=127.0.0.1:0",
                  "--agent-check=" + address,
                  "--source=file:" + routes))
          .isEqualTo(1);
      assertThat(out.toString())
          .contains("FAIL  agent-check   " + address + ": Address already in use");
    }
  }

  @Test
  void checksASwarmThatIsNotThere() {
    String host = "--docker-host=unix://" + folder.resolve("docker.sock");
    assertThat(execute(Map.of(), "agent", "--check", "--admin=127.0.0.1:0", host)).isEqualTo(1);
    assertThat(out.toString())
        .contains("FAIL  docker")
        .contains("No such file or directory")
        .doesNotContain("swarm init");
  }

  private int execute(Map<String, String> environment, String... args) {
    return new Tidegate(
            environment,
            config -> {
              ran.add(config);
              return 0;
            })
        .printingTo(new PrintWriter(out, true), new PrintWriter(err, true))
        .execute(args);
  }

  private void assertRefused(int code, String message) {
    assertThat(err.toString().lines().filter(line -> !line.startsWith("Try ")).toList())
        .endsWith(message);
    assertThat(code).isEqualTo(2);
    assertThat(ran).isEmpty();
  }
}
