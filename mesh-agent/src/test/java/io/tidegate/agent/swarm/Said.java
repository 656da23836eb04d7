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
import java.util.concurrent.CopyOnWriteArrayList;

/** What the discovery told other agents, in a word or two each. */
final class Said implements Announcements {

  final List<TaskMark> passedOn = new CopyOnWriteArrayList<>();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<ClusterState> wholes = new CopyOnWriteArrayList<>();

  List<String> all() {
    return List.copyOf(said);
  }

  List<ClusterState> wholes() {
    return List.copyOf(wholes);
  }

  boolean contains(String word) {
    return said.contains(word);
  }

  String last() {
    return said.isEmpty() ? "" : said.getLast();
  }

  @Override
  public void nodes(Collection<ClusterNode> all, List<Node> others) {
    said.add("nodes");
  }

  @Override
  public void manager(ClusterState state) {
    wholes.add(state);
    said.add("whole");
  }

  @Override
  public void manager(Commit commit) {
    said.add("commit");
  }

  @Override
  public void noManager() {
    said.add("no manager");
  }

  @Override
  public void own(List<TaskMark> marks) {
    marks.forEach(mark -> said.add("own " + mark.kind()));
  }

  @Override
  public void passOn(NodeName reporter, List<TaskMark> marks) {
    said.add("pass on");
    passedOn.addAll(marks);
  }

  @Override
  public void refuse(NodeName reporter, RefusedException why) {
    said.add("refused " + reporter + " " + why.getMessage());
  }
}
