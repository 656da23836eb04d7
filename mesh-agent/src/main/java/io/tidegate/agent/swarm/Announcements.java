package io.tidegate.agent.swarm;

import io.tidegate.agent.cluster.ClusterNode;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.cluster.Commit;
import io.tidegate.agent.cluster.TaskMark;
import io.tidegate.agent.identity.NodeName;
import io.tidegate.agent.identity.RefusedException;
import io.tidegate.routing.Node;
import java.util.Collection;
import java.util.List;

/** What the discovery tells other agents; none of the calls waits. */
interface Announcements {

  /**
   * What is known of nodes.
   *
   * @param all as a manager told them last, none before that
   * @param others those that are not known to be down
   */
  void nodes(Collection<ClusterNode> all, List<Node> others);

  /** What this node's manager knows: what is not in it is gone. */
  void manager(ClusterState state);

  /** What changed since. */
  void manager(Commit commit);

  /** This node's manager is not heard any more, or the node is none. */
  void noManager();

  /** Something happened to tasks of this node, or to its connects to any. */
  void own(List<TaskMark> marks);

  /** What another node reported, to be passed on. */
  void passOn(NodeName reporter, List<TaskMark> marks);

  /** A report was wrong. */
  void refuse(NodeName reporter, RefusedException why);
}
