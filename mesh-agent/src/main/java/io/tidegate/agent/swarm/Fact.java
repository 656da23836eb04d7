package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.docker.DockerNews;
import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.docker.Sandbox;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.peer.PeerNews;
import io.tidegate.agent.watch.WatchNews;
import io.tidegate.routing.HopOffers;
import io.tidegate.routing.Testimony;
import java.util.List;
import java.util.Map;

/** What other threads tell the one that owns the merged state. */
sealed interface Fact {

  /** What was known before the start, with the way into the overlay as it is now. */
  record Remembered(String nodeId, ClusterState state, Sandbox sandbox) implements Fact {}

  /** A round of questions brought answers. */
  record ReadDone(Reading reading) implements Fact {}

  /** A round of questions failed. */
  record ReadFailed(String error, Sandbox sandbox) implements Fact {}

  /**
   * The daemon has left its Swarm: it ends, as a rule within a second, and its overlay before it.
   */
  record SwarmLeft(String error) implements Fact {}

  /** The events of this node's engine told something. */
  record Happened(DockerNews news) implements Fact {}

  /** A manager's stream told something. */
  record Watched(WatchNews news) implements Fact {}

  /** Another node's agent published something. */
  record Followed(PeerNews news) implements Fact {}

  /**
   * Another node says something of its tasks, or as a witness of all, or a manager says what others
   * have said.
   */
  record Reported(NodeName reporter, List<TaskMark> marks) implements Fact {}

  /** The checks of this node's tasks have found something. */
  record Checked(List<TaskMark> marks) implements Fact {}

  /** This node's own connects have ejected something, or were answered again. */
  record Witnessed(List<Testimony> testimonies) implements Fact {}

  /** Agents of other nodes have said where they take clients, by the ids of their nodes. */
  record HopsOffered(Map<String, HopOffers> offers) implements Fact {}

  /**
   * Other agents can be told of this node, and followed, from now on.
   *
   * @param nodeId who it is by its certificate: all that others tell next is of that node's Swarm
   */
  record PeersReady(String nodeId) implements Fact {}
}
