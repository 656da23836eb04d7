package io.tidegate.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running Swarm on this machine, through {@code deploy/lab/swarm-lab}. */
final class Lab {

  private static final Logger LOG = LoggerFactory.getLogger(Lab.class);

  static final Path ROOT = Path.of(System.getProperty("tidegate.root", "..")).toAbsolutePath();
  private static final Path SCRIPT = ROOT.resolve("deploy/lab/swarm-lab");
  private static final Path FOLDER =
      Path.of(System.getenv().getOrDefault("TIDEGATE_LAB_DIR", "/var/tmp/tidegate-lab"));
  private static final Path CONF = FOLDER.resolve("lab.conf");
  private static final String PREFIX = System.getenv().getOrDefault("TIDEGATE_LAB_PREFIX", "tgl");
  private static final String SUBNET =
      System.getenv().getOrDefault("TIDEGATE_LAB_SUBNET", "10.213.77.0/24");
  private static final String SUBNET6 =
      System.getenv().getOrDefault("TIDEGATE_LAB_SUBNET6", "fd67:7461:7465::/64");

  private static final String ENGINE_IS_GONE = "Cannot connect to the Docker daemon";
  private static final String NEEDS_LAB =
      "needs a real Swarm on this machine, and found none (as root: deploy/lab/swarm-lab up)";

  /** What leaves more behind than services. */
  private static final Set<String> WEARS =
      Set.of("stop-docker", "start-docker", "cut", "heal", "swarm", "promote", "demote");

  /** Nobody knows what happened before. */
  private static volatile boolean isWorn = true;

  private Lab() {}

  /** Skips the calling test, saying why, where no lab is running; where one must be, fails it. */
  static void require() {
    boolean runs = runs();
    if (System.getenv("TIDEGATE_LAB_REQUIRED") != null && !runs) {
      throw new AssertionError("no lab is running in " + FOLDER);
    }
    if (!runs) {
      LOG.info("skipped: {}", NEEDS_LAB);
    }
    assumeTrue(runs, NEEDS_LAB);
  }

  /** Whether there is one. */
  static boolean runs() {
    return Files.exists(CONF);
  }

  /** All nodes; the managers are the first ones. */
  static List<String> nodes() {
    return names(size("NODES"));
  }

  static List<String> managers() {
    return names(size("MANAGERS"));
  }

  private static List<String> names(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> "n" + i).toList();
  }

  /** A number of the running lab, as {@code up} has noted it. */
  private static int size(String key) {
    try {
      for (String word : Files.readString(CONF).strip().split(" ", -1)) {
        if (word.startsWith(key + "=")) {
          return Integer.parseInt(word.substring(key.length() + 1));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException(CONF + ": no " + key);
  }

  /** Where a node's Swarm certificate is, its key and its root. */
  static Path certificates(String node) {
    return FOLDER.resolve(node).resolve("data/swarm/certificates");
  }

  /** What a node's engine writes, since the lab is up. */
  static Path engineLog(String node) {
    return FOLDER.resolve(node).resolve("docker.log");
  }

  /**
   * Begins with a new Swarm of the same size, unless nothing has happened to the one that runs but
   * services. For a minute and more after the restart of an engine, the engines of Docker 20.10
   * lose news of tasks: what a test before did must not count here.
   */
  static void anew() {
    if (!isWorn) {
      Swarm.removeAll();
      return;
    }
    String nodes = String.valueOf(size("NODES"));
    String managers = String.valueOf(size("MANAGERS"));
    run("down");
    run("up", "--nodes", nodes, "--managers", managers);
    isWorn = false;
  }

  /** Whether the next scenario begins with a new Swarm, whatever this one leaves. */
  static boolean isWorn() {
    return isWorn;
  }

  /** An engine that crashed under the tests before is no reason to fail those that follow. */
  static void repair() {
    for (String node : nodes()) {
      try {
        docker(node, "version");
      } catch (AssertionError e) {
        LOG.warn("the engine of {} is gone; starting it again", node);
        run("start-docker", node);
      }
    }
  }

  static String address(String node) {
    return address(hostNumber(node));
  }

  /** The one of a number on the link: those from 200 on are free. */
  static String address(int host) {
    return SUBNET.substring(0, SUBNET.lastIndexOf('.') + 1) + host;
  }

  static String address6(String node) {
    return SUBNET6.substring(0, SUBNET6.lastIndexOf(':') + 1) + hostNumber(node);
  }

  private static int hostNumber(String node) {
    return node.equals("client") ? 2 : 10 + Integer.parseInt(node.substring(1));
  }

  /** All addresses on the link. */
  static String subnet() {
    return SUBNET;
  }

  static String subnet6() {
    return SUBNET6;
  }

  static Path namespace(String node) {
    return Path.of("/run/netns", PREFIX + "-" + node);
  }

  /** Where a node's engine has the namespaces of its networks and tasks. */
  static Path dockersNamespaces(String node) {
    return FOLDER.resolve(node).resolve("exec/netns");
  }

  /** Runs a docker client against a node's daemon and returns what it prints. */
  static String docker(String node, String... args) {
    List<String> command = new ArrayList<>(List.of("docker", node));
    command.addAll(List.of(args));
    try {
      return run(command.toArray(String[]::new));
    } catch (CommandFailed e) {
      if (e.answer().contains(ENGINE_IS_GONE)) {
        EngineLog.tell(node);
      }
      throw e;
    }
  }

  /** Runs a command of the lab and returns what it prints. */
  static String run(String... args) {
    if (Arrays.stream(args).anyMatch(WEARS::contains)) {
      isWorn = true;
    }
    try {
      Process process = start(ProcessBuilder.Redirect.PIPE, args);
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new CommandFailed("swarm-lab " + String.join(" ", args), output.strip());
      }
      return output.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** What a command of the lab was refused with. */
  static final class CommandFailed extends AssertionError {

    private static final long serialVersionUID = 1;

    private final String answer;

    CommandFailed(String command, String answer) {
      super(command + " failed:\n" + answer);
      this.answer = answer;
    }

    String answer() {
      return answer;
    }
  }

  /** Starts a command of the lab, with both of its outputs going to one place. */
  static Process start(ProcessBuilder.Redirect output, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
  }
}
