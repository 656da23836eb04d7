package io.tidegate.agent.admin;

import io.tidegate.metrics.Imitated;
import io.tidegate.metrics.RouteStats;
import io.tidegate.proxy.Transparency;
import io.tidegate.routing.Cidr;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.Route;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether tasks of this node can see their clients' own addresses.
 *
 * @param wanted whether any service asks for that
 * @param obstacle why they cannot, or null if they can
 * @param failures how often it could not be seen to
 * @param near addresses of which they cannot all the same
 */
record TransparencyAnswer(
    boolean wanted, boolean able, @Nullable String obstacle, long failures, List<String> near) {

  static TransparencyAnswer of(TransparencyStatus status) {
    Transparency inForce = status.inForce();
    return new TransparencyAnswer(
        status.isWanted(),
        inForce.obstacle() == null,
        inForce.obstacle(),
        status.failures(),
        inForce.near().stream().map(Cidr::toString).toList());
  }

  /**
   * The same of one route that asks for it.
   *
   * @param fallback what happens to clients whose addresses its tasks cannot see
   * @param obstacle why that happens to all whose tasks are on this node, or null
   * @param connects what came of it so far
   */
  record OfRoute(String fallback, @Nullable String obstacle, Map<Imitated, Long> connects) {

    /** Null for a route that does not ask. */
    static @Nullable OfRoute of(Route route, AgentView view, @Nullable RouteStats stats) {
      ClientAddress policy = route.policy().clientAddress();
      return policy.isTransparent()
          ? new OfRoute(
              policy.fallback().toString(),
              view.transparency().inForce().obstacle(),
              stats == null ? Map.of() : stats.imitated())
          : null;
    }
  }
}
