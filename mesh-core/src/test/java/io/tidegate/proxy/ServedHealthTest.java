package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidegate.kernel.CallException;
import io.tidegate.routing.ConnectOutcome;
import io.tidegate.routing.ConnectOutcome.Result;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Policy;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.Publication.Means;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Reach;
import io.tidegate.routing.Route;
import io.tidegate.routing.Task;
import io.tidegate.routing.TaskState;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What connects tell of endpoints whose ports each lead to a port of their own. */
class ServedHealthTest {

  private final IOException refused = new CallException("refused", 111);
  private final IOException unreachable = new CallException("unreachable", 113);

  private final List<Result> heard = new ArrayList<>();

  private ServedHealth health(Means means) {
    Reach reach = Reach.overlay(InetAddress.ofLiteral("10.1.0.3"), "/netns/lb_a", "test");
    Task task = new Task("a", "a", "n1", TaskState.RUNNING, reach);
    Route route =
        new Route(
            new PublishedPort(1, 65_535, Protocol.TCP),
            "api",
            "api",
            Policy.DEFAULT,
            List.of(Endpoint.of(task, 1)),
            List.of(),
            List.of(),
            means,
            true);
    return new ServedHealth(route, new ConnectStreaks(() -> 0, this::hear));
  }

  private void hear(ConnectOutcome outcome) {
    heard.add(outcome.result());
  }

  @Test
  void tellsOfSilenceBehindAVirtualAddressAndOfItsEnd() {
    ServedHealth health = health(Means.VIRTUAL);
    health.onSilent(0);
    health.onFailed(0, unreachable);
    health.onAnswered(0);
    assertThat(heard).containsExactly(Result.SILENT, Result.SILENT, Result.ANSWERED);
  }

  @Test
  void tellsOfNoRefusalThere() {
    health(Means.VIRTUAL).onFailed(0, refused);
    assertThat(heard).isEmpty();
  }

  @Test
  void passesNobodyOverThereHoweverOftenConnectsFail() {
    ServedHealth health = health(Means.VIRTUAL);
    for (int i = 0; i < ConnectOutcome.MOST_FAILURES; i++) {
      health.onSilent(0);
    }
    assertThat(health.isSpent(0)).isFalse();
  }

  @Test
  void tellsNothingOfARange() {
    ServedHealth health = health(Means.LABEL);
    health.onSilent(0);
    health.onFailed(0, refused);
    health.onAnswered(0);
    assertThat(heard).isEmpty();
  }
}
