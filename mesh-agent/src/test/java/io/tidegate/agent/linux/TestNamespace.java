package io.tidegate.agent.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;

/** A network namespace of a test's own, with its loopback up. */
public final class TestNamespace implements AutoCloseable {

  public final String name;
  public final Path path;

  private TestNamespace(String name) {
    this.name = name;
    this.path = Path.of("/run/netns", name);
  }

  /** Makes one, or has the test skipped where that is not allowed. */
  public static TestNamespace add() throws IOException {
    assumeTrue(
        Capabilities.ofThisProcess().has(Capability.SYS_ADMIN),
        "needs CAP_SYS_ADMIN to make a network namespace");
    assumeTrue(Program.find("ip", null).isPresent(), "needs ip");
    return add("tidegate-test-" + UUID.randomUUID().toString().substring(0, 8));
  }

  /** Another one at the place of one that was closed. */
  public static TestNamespace addAgain(TestNamespace before) throws IOException {
    return add(before.name);
  }

  private static TestNamespace add(String name) throws IOException {
    TestNamespace namespace = new TestNamespace(name);
    here("ip").run("", "netns", "add", namespace.name);
    namespace.run("ip link set lo up");
    return namespace;
  }

  /** Does something in the namespace: a socket that it makes belongs there. */
  public <T> T inside(Callable<T> action) throws IOException {
    return NetworkNamespaces.inside(path, action);
  }

  /** A program in the namespace; the test is skipped where there is none of that name. */
  public Program program(String program) {
    return Program.find(program, path).orElseGet(() -> missing(program));
  }

  /** Runs a line of words, as in {@code ip route show}, and gives what it says. */
  public String run(String line) throws IOException {
    String[] words = line.split(" ", -1);
    String[] arguments = new String[words.length - 1];
    System.arraycopy(words, 1, arguments, 0, arguments.length);
    return program(words[0]).run("", arguments);
  }

  /** A program in the namespace of the tests. */
  public static Program here(String program) {
    return Program.find(program, null).orElseGet(() -> missing(program));
  }

  private static Program missing(String program) {
    assumeTrue(false, "needs " + program);
    throw new AssertionError();
  }

  @Override
  public void close() throws IOException {
    here("ip").run("", "netns", "del", name);
  }
}
