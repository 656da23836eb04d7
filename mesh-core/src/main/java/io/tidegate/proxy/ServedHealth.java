package io.tidegate.proxy;

import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.EndpointId;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication;
import io.tidegate.routing.Route;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What one shard knows and tells of connects to the endpoints of a route. Indices are those of the
 * route's endpoints; of detours, behind them, there is nothing to tell.
 */
final class ServedHealth {

  private final Route route;
  private final ConnectStreaks streaks;
  // Filled where it is asked for; a route whose endpoints answer does not need it.
  private @Nullable EndpointId @Nullable [] ids;

  ServedHealth(Route route, ConnectStreaks streaks) {
    this.route = route;
    this.streaks = streaks;
  }

  /** Whether an endpoint is better passed over now. Of failures only TCP connects tell. */
  boolean isSpent(int index) {
    return route.port().protocol() == Protocol.TCP
        ? streaks.areAny() && isEndpoint(index) && streaks.isSpent(id(index))
        : isStray(index);
  }

  /** Whether an endpoint must not be dialled any more: its address is another's. */
  boolean isStray(int index) {
    return streaks.areAny() && isEndpoint(index) && streaks.isStray(id(index));
  }

  /**
   * Of a route whose ports lead to ports of their own, no endpoint is passed over: a task may
   * listen on some of them, and now and then.
   */
  private boolean isEndpoint(int index) {
    return isTask(index) && !route.isParallel();
  }

  private boolean isTask(int index) {
    return index >= 0 && index < route.endpoints().size();
  }

  /**
   * Whether an outcome says anything of the task or its node. Where ports lead to ports of their
   * own, a refusal does not; what is dialled behind a virtual address is the task itself wherever
   * it runs, and silence there may be its node's.
   */
  private boolean tells(int index, Result result) {
    boolean isVirtual = route.means() == Publication.Means.VIRTUAL;
    return isEndpoint(index) || (isVirtual && isTask(index) && result != Result.REFUSED);
  }

  private EndpointId id(int index) {
    if (ids == null) {
      ids = new EndpointId[route.endpoints().size()];
    }
    EndpointId id = ids[index];
    if (id == null) {
      id = route.endpoints().get(index).id();
      ids[index] = id;
    }
    return id;
  }

  /** A connect was answered. */
  void onAnswered(int index) {
    if (!tells(index, Result.ANSWERED)) {
      return;
    }
    Endpoint endpoint = route.endpoints().get(index);
    if (streaks.areAny() || endpoint.ejection() != null) {
      streaks.onAnswered(route.serviceId(), endpoint);
    }
  }

  /** A connect was not answered in time. */
  void onSilent(int index) {
    onFailed(index, Result.SILENT);
  }

  /** A connect failed, for whatever reason. */
  void onFailed(int index, IOException e) {
    onFailed(index, ConnectStreaks.resultOf(e));
  }

  private void onFailed(int index, @Nullable Result result) {
    if (result != null && tells(index, result)) {
      streaks.onFailed(route.serviceId(), route.endpoints().get(index), result);
    }
  }
}
