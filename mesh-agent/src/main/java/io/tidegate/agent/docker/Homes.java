package io.tidegate.agent.docker;

import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.routing.Reach;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the network namespaces of this node's tasks are, their homes. Docker is asked once for each
 * endpoint on docker_gwbridge: a container that is started again has another one there, and another
 * namespace. The kernel confirms what it says, or it is of no use. Not safe for use by several
 * threads at once.
 */
final class Homes {

  private static final Logger LOG = LoggerFactory.getLogger(Homes.class);

  /**
   * Docker mostly tells within a few milliseconds, but of a container that it starts, stops or
   * cannot reach only when it is done with that. All else that a reading has to tell is wanted
   * sooner.
   */
  private static final Duration PATIENCE = Duration.ofMillis(25);

  private final DockerApi docker;
  private final Map<String, FutureTask<String>> byEndpoint = new HashMap<>();
  private boolean complained;

  Homes(DockerApi docker) {
    this.docker = docker;
  }

  /**
   * Those of tasks on the bridge, by container id: all that are known within 25 ms. {@link
   * Reach#UNKNOWN_HOME} stands for the others, which the next reading asks for again, and nothing
   * for those that Docker or the kernel does not let us know.
   *
   * @param netnsDir where Docker keeps network namespaces, as seen from here
   */
  Map<String, String> of(LocalTasks tasks, NetworkAnswers.Network bridge, Path netnsDir)
      throws InterruptedException {
    Map<String, FutureTask<String>> asked = new HashMap<>();
    for (String container : tasks.containers().values()) {
      NetworkAnswers.NetworkContainer member = bridge.containers().get(container);
      InetAddress address = tasks.bridgeAddresses().get(container);
      if (member != null && address != null && !member.endpointId().isEmpty()) {
        asked.put(
            container,
            byEndpoint.computeIfAbsent(
                member.endpointId(), _ -> ask(container, address, netnsDir)));
      }
    }
    byEndpoint.values().retainAll(asked.values());
    return told(asked);
  }

  private FutureTask<String> ask(String container, InetAddress address, Path netnsDir) {
    FutureTask<String> question = new FutureTask<>(() -> find(container, address, netnsDir));
    Thread.ofVirtual().name("docker-home").start(question);
    return question;
  }

  private String find(String container, InetAddress address, Path netnsDir)
      throws IOException, InterruptedException {
    String key =
        docker
            .get("/containers/" + container + "/json", SwarmReader.CONTAINER)
            .networkSettings()
            .sandboxKey();
    if (key.isEmpty()) {
      throw new IOException("Docker tells of no namespace of container " + container);
    }
    Path home = netnsDir.resolve(Path.of(key).getFileName());
    if (!Files.exists(home) || !NetworkNamespaces.isHeld(home, address)) {
      throw new NoSuchFileException(home.toString(), null, "has no " + address.getHostAddress());
    }
    return home.toString();
  }

  private Map<String, String> told(Map<String, FutureTask<String>> asked)
      throws InterruptedException {
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    Map<String, String> homes = new HashMap<>();
    for (Map.Entry<String, FutureTask<String>> one : asked.entrySet()) {
      FutureTask<String> question = one.getValue();
      long leftNanos = Math.max(endNanos - System.nanoTime(), 0);
      try {
        homes.put(one.getKey(), question.get(leftNanos, TimeUnit.NANOSECONDS));
      } catch (TimeoutException e) {
        LOG.debug("container {}: Docker does not tell (yet) where it is", one.getKey());
        homes.put(one.getKey(), Reach.UNKNOWN_HOME);
      } catch (ExecutionException e) {
        byEndpoint.values().remove(question);
        if (isGone(e.getCause())) {
          homes.put(one.getKey(), Reach.UNKNOWN_HOME);
        } else {
          complain(e.getCause());
        }
      }
    }
    return homes;
  }

  private static boolean isGone(@Nullable Throwable why) {
    return why instanceof NoSuchFileException
        || (why instanceof DockerException e && e.status() == 404);
  }

  private void complain(@Nullable Throwable why) {
    if (!complained) {
      complained = true;
      LOG.warn(
          "hops: whether a task still has its address is known from Docker alone: {}",
          String.valueOf(why));
    }
  }
}
