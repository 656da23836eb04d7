package io.tidegate.agent.merge;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterService;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.ClusterStore.Heard;
import io.tidegate.agent.cluster.ClusterTask;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.docker.DockerAnswers;
import io.tidegate.agent.docker.MeshPorts;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.routing.HopOffers;
import io.tidegate.routing.Node;
import io.tidegate.routing.NodeTraits;
import io.tidegate.routing.Origin;
import io.tidegate.routing.Service;
import io.tidegate.routing.Task;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.EpochNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the Swarm, merged from all that tell of it. By rank:
 *
 * <ol>
 *   <li>a stream that tells every change: of this node's manager, or of another one's agent
 *   <li>a manager's API, read now and then; beside a stream it is compared with that
 *   <li>gossip, which adds to what a manager told last, and marks it
 *   <li>what was saved before the start
 * </ol>
 *
 * <p>What a better source told stays when it falls silent. A change costs what it touches.
 */
public final class SwarmView {

  private static final Logger LOG = LoggerFactory.getLogger(SwarmView.class);

  /** What a manager tells is complete at once; this is for what nobody thought of. */
  private static final Duration CLUSTER_HOLD = Duration.ofSeconds(5);

  /** After a restart of the daemon 25 to 46 s were measured until gossip was complete. */
  private static final Duration GOSSIP_HOLD = Duration.ofMinutes(2);

  /** One failure may be the API's alone. */
  private static final int LEADERLESS_FAILURES = 2;

  private final EpochNanoClock timeOfDay;
  private final RoutedServices routed;
  private final VipScope scope;
  private final Policies policies;
  private final GossipPorts gossipPorts = new GossipPorts();
  private final GossipMerge gossipMerge = new GossipMerge(GOSSIP_HOLD);
  private final KnownNodes nodes = new KnownNodes(GOSSIP_HOLD);
  private final AntiEntropy antiEntropy = new AntiEntropy();
  private final Set<String> unservedPorts = new HashSet<>();

  private ClusterView cluster;
  private Probation probation = new Probation();
  private boolean isSaved;
  private Set<String> peers = Set.of();
  private boolean isGossip;
  private boolean isTold;
  private int apiFailures;
  private @Nullable String stream;
  private Origin newest = Origin.NONE;

  /**
   * @param timeOfDay for people: when something was heard
   * @param routed is told which services may be different now
   */
  SwarmView(EpochNanoClock timeOfDay, RoutedServices routed) {
    this(timeOfDay, routed, VipScope.NONE);
  }

  SwarmView(EpochNanoClock timeOfDay, RoutedServices routed, VipScope scope) {
    this.timeOfDay = timeOfDay;
    this.routed = routed;
    this.scope = scope;
    policies = new Policies(scope);
    cluster = newCluster();
  }

  private ClusterView newCluster() {
    return new ClusterView(scope != VipScope.NONE);
  }

  /** How many labels and ports were refused. */
  public long rejected() {
    return policies.rejected() + unservedPorts.size();
  }

  /** True if the next reading is worth having soon. */
  boolean isUnsettled() {
    return probation.isUnsettled() || gossipPorts.isUnsettled() || apiFailures == 1;
  }

  /** The stream that tells every change now, or null. */
  public @Nullable String stream() {
    return stream;
  }

  /** True while nothing is heard but gossip, which never tells that a task is being stopped. */
  boolean isGossip() {
    return isGossip;
  }

  /** Whether anybody has told anything since the start. */
  public boolean isTold() {
    return isTold;
  }

  /** What is worth saving: all that a manager told, or what gossip does where none ever did. */
  public ClusterState toSave() {
    return cluster.all().isEmpty()
        ? GossipView.state(probation.admitted().values(), nodes.nodes())
        : state();
  }

  /** The origin of the newest fact. */
  Origin newest() {
    return newest;
  }

  /** The services that count, by name. */
  Map<String, SeenService> services() {
    return probation.admitted();
  }

  /** A service with its tasks as the mesh wants it. */
  Service service(SeenService seen, List<Task> tasks) {
    return policies.service(seen, tasks);
  }

  /** Whether the virtual addresses of a service are to have routes. */
  boolean isVirtual(String service) {
    return policies.isVirtual(service);
  }

  /** Whether a service publishes any port, by whatever means. */
  boolean isPublished(SeenService seen) {
    return policies.isPublished(seen);
  }

  /** Whether a service's new tasks are to be checked before they take clients. */
  boolean isCheckedFirst(String service) {
    return policies.isCheckedFirst(service);
  }

  /** Where agents of other nodes take clients of this one, by the ids of their nodes. */
  void onHops(Map<String, HopOffers> offers) {
    nodes.onHops(offers);
  }

  /** Other nodes that are not known to be down. */
  public List<Node> otherNodes() {
    return nodes.nodes();
  }

  /** What managers told last of all nodes, by their ids. */
  Map<String, NodeTraits> traits() {
    return nodes.traits();
  }

  /** All nodes, as a manager told them last. */
  public Collection<ClusterNode> nodes() {
    return cluster.nodes();
  }

  /** All that a manager told, as far as it is in force. */
  public ClusterState state() {
    return cluster.store().state();
  }

  /** A task as a manager told it, or null. */
  public @Nullable ClusterTask task(String id) {
    return cluster.store().task(id);
  }

  /** The name of a task's service, or null for a task that nobody spoke of. */
  @Nullable String serviceOf(String taskId) {
    ClusterTask task = task(taskId);
    ClusterService service = task == null ? null : cluster.store().service(task.serviceId());
    return service == null ? gossipMerge.serviceOf(taskId) : service.name();
  }

  /** What the engine says of its own part in the Swarm. */
  void onEngine(DockerAnswers.SwarmInfo own) {
    nodes.onEngine(own);
  }

  /** What was known before the start, until somebody tells more. */
  void onSaved(ClusterState state, long nowNanos) {
    take(Sources.SAVED, state, nowNanos);
    isSaved = true;
    isTold = false;
  }

  /** This node has joined another Swarm: nothing of the last one is true. */
  void onOtherSwarm(long nowNanos) {
    apiFailures = 0;
    take(Sources.REST, new ClusterState(List.of(), List.of(), List.of()), nowNanos);
    probation = new Probation();
    isTold = false;
  }

  /**
   * A stream begins with all that there is.
   *
   * @param asOfNanos since 1970: what was heard later stays
   */
  void onListed(String source, ClusterState state, long asOfNanos, long nowNanos) {
    stream = source;
    antiEntropy.reset();
    take(source, state, asOfNanos, nowNanos);
  }

  /** One commit of the stream. */
  void onCommit(Commit commit, long nowNanos) {
    antiEntropy.onCommit(commit);
    amend(String.valueOf(stream), commit, nowNanos);
  }

  /** The stream ended: what it told stays until another source speaks. */
  void onStreamLost() {
    stream = null;
  }

  /**
   * A reading of a manager's API.
   *
   * @param asOfNanos before it was begun, since 1970
   * @return whether it shows that the stream has missed something
   */
  boolean onApi(ClusterState listed, long asOfNanos, long nowNanos) {
    apiFailures = 0;
    if (stream == null) {
      take(Sources.REST, listed, asOfNanos, nowNanos);
      return false;
    }
    trustStream(nowNanos);
    boolean hasGap = antiEntropy.hasGap(cluster.store(), listed);
    amend(Sources.REST, antiEntropy.news(cluster.store(), listed), nowNanos);
    retainPolicies();
    return hasGap;
  }

  /** A manager's API did not answer, as when a majority of the managers is out of reach. */
  void onApiFailed() {
    apiFailures++;
  }

  /** This node is no manager: what the API failed to tell while it was one means nothing now. */
  void onNoApi(long nowNanos) {
    apiFailures = 0;
    if (stream != null) {
      trustStream(nowNanos);
    }
  }

  /** True if the manager's API failed last: only a reading of the whole Swarm asks it again. */
  public boolean isApiFailing() {
    return apiFailures > 0;
  }

  /**
   * True while this node's manager has lost the others: what it streams may be long out of date,
   * and nobody would know.
   */
  public boolean isLeaderless() {
    return apiFailures >= LEADERLESS_FAILURES;
  }

  /**
   * What the daemon knows by gossip: beside a manager's word only looked at.
   *
   * @param isWanted whether nobody tells more
   */
  void onGossip(NetworkAnswers.Network ingress, boolean isWanted, long nowNanos) {
    List<SeenService> view = GossipView.of(ingress, nodes::idOf);
    gossipMerge.observe(cluster.services(), view, nowNanos);
    if (isWanted) {
      takeGossip(ingress, view, nowNanos);
    }
  }

  private void takeGossip(NetworkAnswers.Network ingress, List<SeenService> view, long nowNanos) {
    Set<String> peersNow = new HashSet<>();
    ingress.peers().forEach(peer -> peersNow.add(peer.address()));
    if (!isGossip || !peersNow.containsAll(peers)) {
      probation.doubt();
    }
    isGossip = true;
    isTold = true;
    peers = peersNow;
    newest = new Origin(Sources.GOSSIP, 0, timeOfDay.nanoTime());
    nodes.onGossip(ingress, nowNanos);
    List<SeenService> seen = gossipPorts.complete(view, nowNanos);
    probation.admit(gossipMerge.merge(cluster, seen, moment(nowNanos)), GOSSIP_HOLD, nowNanos);
    routed.touchAll();
  }

  /** What was kept for a doubtful reason goes when the stream is silent about it for too long. */
  void settleDoubts(long nowNanos) {
    Set<String> before = Set.copyOf(probation.admitted().keySet());
    probation.admit(cluster.services(), CLUSTER_HOLD, nowNanos);
    if (!before.equals(probation.admitted().keySet())) {
      routed.touchAll();
    }
  }

  /** The daemon went away or is about to, so it will have forgotten what it knew by gossip. */
  void onDaemonLost() {
    probation.doubt();
    gossipMerge.doubt();
    nodes.doubt();
    peers = Set.of();
  }

  private void trustStream(long nowNanos) {
    if (isGossip) {
      restore(nowNanos);
    }
  }

  /** The stream counts again as it did before gossip had to. */
  private void restore(long nowNanos) {
    isGossip = false;
    gossipPorts.tell(cluster.services());
    probation.admit(cluster.services(), CLUSTER_HOLD, nowNanos);
    routed.touchAll();
  }

  private void take(String source, ClusterState state, long nowNanos) {
    take(source, state, timeOfDay.nanoTime(), nowNanos);
  }

  private void take(String source, ClusterState state, long asOfNanos, long nowNanos) {
    if (isSaved) {
      isSaved = false;
      cluster = newCluster();
    }
    Heard heard = new Heard(source, timeOfDay.nanoTime());
    newest = new Origin(source, 0, heard.atNanos());
    isTold = true;
    ClusterView.Change change = cluster.replace(state, heard, asOfNanos);
    nodes.onCluster(cluster.nodes(), nowNanos);
    change.objects().forEach(this::readService);
    restore(nowNanos);
    retainPolicies();
  }

  private void amend(String source, Commit commit, long nowNanos) {
    Heard heard = new Heard(source, timeOfDay.nanoTime());
    newest = new Origin(source, writtenAtNanos(commit), heard.atNanos());
    Set<String> news = isGossip ? tasksInNewsOf(commit) : Set.of();
    Set<String> gone = namesOfServicesGoneBy(commit);
    ClusterView.Change change = cluster.apply(commit, heard);
    if (change.hasNodes()) {
      nodes.onCluster(cluster.nodes(), nowNanos);
    }
    gossipPorts.amend(change.services());
    probation.amend(
        isGossip
            ? gossipMerge.amend(cluster, change.services(), news, moment(nowNanos))
            : change.services());
    change.objects().forEach(this::readService);
    change.services().keySet().forEach(routed::touch);
    gone.forEach(this::forgetPolicy);
  }

  /** The names of known services that a commit removes, before it is applied. */
  private Set<String> namesOfServicesGoneBy(Commit commit) {
    Set<String> names = new HashSet<>();
    for (Commit.Change change : commit.changes()) {
      ClusterService service =
          change instanceof Commit.Change.Removed ? cluster.store().service(change.id()) : null;
      if (service != null) {
        names.add(service.name());
      }
    }
    return names;
  }

  /** The next service of that name inherits nothing; unless it is there already. */
  private void forgetPolicy(String name) {
    if (cluster.all().stream().noneMatch(service -> service.name().equals(name))) {
      policies.forget(name);
    }
  }

  /** The tasks of which a commit tells something newer, before it is applied. */
  private Set<String> tasksInNewsOf(Commit commit) {
    Set<String> news = new HashSet<>();
    for (Commit.Change change : commit.changes()) {
      if (change instanceof Commit.Change.Put(ClusterTask task) && !cluster.store().knows(task)) {
        news.add(task.id());
      }
    }
    return news;
  }

  private GossipMerge.Moment moment(long nowNanos) {
    return new GossipMerge.Moment(nowNanos, timeOfDay.nanoTime());
  }

  private static long writtenAtNanos(Commit commit) {
    long latest = 0;
    for (Commit.Change change : commit.changes()) {
      if (change instanceof Commit.Change.Put(ClusterObject object)) {
        latest = Math.max(latest, object.version().writtenAtNanos());
      }
    }
    return latest;
  }

  private void readService(ClusterService service) {
    policies.read(service);
    List<String> ports = MeshPorts.unserved(service);
    if (!ports.isEmpty() && unservedPorts.add(service.name())) {
      LOG.warn("service {}: not served: {} (expected: tcp or udp)", service.name(), ports);
    }
    routed.touch(service.name());
  }

  private void retainPolicies() {
    Set<String> names = new HashSet<>(probation.admitted().keySet());
    cluster.all().forEach(service -> names.add(service.name()));
    policies.retain(names);
  }
}
