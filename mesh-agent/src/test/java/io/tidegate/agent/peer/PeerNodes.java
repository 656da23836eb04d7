package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Nodes of one cluster on the loopback, each with a certificate of its own. */
final class PeerNodes {

  static final PeerLimits LIMITS =
      new PeerLimits(
          4_096,
          64 << 10,
          16 << 20,
          256 << 10,
          Duration.ofSeconds(20),
          Duration.ofMillis(200),
          Duration.ofSeconds(4));

  final TestPki pki = new TestPki();
  final Set<String> members = ConcurrentHashMap.newKeySet();
  final Refusals publisherRefusals = new Refusals(System::nanoTime);
  final Refusals subscriberRefusals = new Refusals(System::nanoTime);
  final List<PeerNews> news = new CopyOnWriteArrayList<>();
  final List<Reported> reports = new CopyOnWriteArrayList<>();

  /** What a server's sink was told. */
  record Reported(String serverId, NodeName reporter, List<TaskMark> marks) {}

  private final Path dir;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  PeerNodes(Path dir) {
    this.dir = dir;
    members.addAll(List.of("manager1", "manager2", "worker1", "worker2"));
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Where a node's certificate, key and authority are. */
  Path directory(String nodeId) {
    return dir.resolve(nodeId);
  }

  /** The identity of a node, which is what its name says. */
  LiveIdentity identity(String nodeId) throws IOException {
    IdentityFiles files =
        nodeId.startsWith("manager")
            ? pki.manager(directory(nodeId), nodeId)
            : pki.worker(directory(nodeId), nodeId);
    return LiveIdentity.read(files);
  }

  PeerCheck check(LiveIdentity identity) {
    return new PeerCheck(identity, members::contains);
  }

  PeerServer publisher(String nodeId) throws IOException {
    return publisher(identity(nodeId), LIMITS, 1_000);
  }

  PeerServer publisher(LiveIdentity identity, PeerLimits limits, long startedAtMillis)
      throws IOException {
    return publisher(identity, limits, startedAtMillis, 0);
  }

  PeerServer publisher(LiveIdentity identity, PeerCheck check) throws IOException {
    return publisher(identity, check, LIMITS, 1_000, 0);
  }

  PeerServer publisher(LiveIdentity identity, PeerLimits limits, long startedAtMillis, int port)
      throws IOException {
    return publisher(identity, check(identity), limits, startedAtMillis, port);
  }

  private PeerServer publisher(
      LiveIdentity identity, PeerCheck check, PeerLimits limits, long startedAtMillis, int port)
      throws IOException {
    return closing(
        new PeerServer(
            loopback(port),
            identity,
            check,
            publisherRefusals,
            limits,
            startedAtMillis,
            (reporter, marks) ->
                reports.add(new Reported(identity.name().nodeId(), reporter, marks))));
  }

  /** What a node learns of where others take clients goes to the sink. */
  HopSeeker seeker(String nodeId, Consumer<Map<String, HopTerms>> sink) throws IOException {
    LiveIdentity identity = identity(nodeId);
    return closing(new HopSeeker(identity, check(identity), subscriberRefusals, sink));
  }

  Subscriber subscriber(String nodeId, int... ports) throws IOException {
    return subscriber(identity(nodeId), () -> addresses(ports));
  }

  Subscriber subscriber(LiveIdentity identity, Supplier<List<InetSocketAddress>> managers) {
    Subscriber subscriber =
        closing(new Subscriber(managers, identity, check(identity), subscriberRefusals, LIMITS));
    subscriber.start(news::add);
    return subscriber;
  }

  static List<InetSocketAddress> addresses(int... ports) {
    return Arrays.stream(ports).mapToObj(PeerNodes::loopback).toList();
  }

  <T extends AutoCloseable> T closing(T resource) {
    open.push(resource);
    return resource;
  }

  Reporter reporter(
      LiveIdentity identity, Duration patience, List<InetSocketAddress> first, int... otherwise) {
    return closing(
        new Reporter(
            identity,
            check(identity),
            subscriberRefusals,
            () -> new Reporter.Targets(first, addresses(otherwise)),
            patience));
  }

  /** All that publishers told but that nothing changed. */
  List<PeerNews.Told> realNews() {
    return news.stream()
        .filter(item -> !(item instanceof PeerNews.Unchanged))
        .filter(PeerNews.Told.class::isInstance)
        .map(PeerNews.Told.class::cast)
        .toList();
  }

  /** How many streams have ended that had brought a whole. */
  long losses() {
    return news.stream().filter(PeerNews.Lost.class::isInstance).count();
  }

  void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }
}
