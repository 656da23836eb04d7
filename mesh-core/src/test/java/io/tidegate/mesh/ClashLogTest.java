package io.tidegate.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tidegate.routing.BalancingPolicy;
import io.tidegate.routing.Clash;
import io.tidegate.routing.Publication;
import io.tidegate.routing.PublishedPort;
import io.tidegate.routing.Route;
import io.tidegate.routing.RoutingTable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ClashLogTest {

  private static final PublishedPort PORT = PublishedPort.tcp(8080);
  private static final Route WEB =
      new Route(PORT, "s1", "web", BalancingPolicy.P2C, List.of(), List.of(), List.of());

  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final ClashLog clashLog = new ClashLog();

  @BeforeEach
  void listen() {
    appender.start();
    logger().setLevel(Level.INFO);
    logger().setAdditive(false);
    logger().addAppender(appender);
    clashLog.onTable(new RoutingTable(1, Map.of(PORT, WEB), List.of(clash())));
  }

  @AfterEach
  void stopListening() {
    logger().detachAppender(appender);
    logger().setAdditive(true);
    logger().setLevel(null);
  }

  @Test
  void tellsWhoKeepsThePortAndThatTheOtherHasGone() {
    clashLog.onTable(new RoutingTable(2, Map.of(PORT, WEB)));
    assertThat(told())
        .containsExactly(
            "8080/tcp: published by web (docker) and by api (docker); web keeps it",
            "8080/tcp: published by one service alone again");
  }

  @Test
  void tellsThatBothHaveGone() {
    clashLog.onTable(new RoutingTable(2, Map.of()));
    assertThat(told()).last().isEqualTo("8080/tcp: published by no service any more");
  }

  private List<String> told() {
    return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static Clash clash() {
    return new Clash(PORT, claim("s1", "web"), List.of(claim("s2", "api")));
  }

  private static Clash.Claim claim(String id, String name) {
    return new Clash.Claim(id, name, Publication.Means.DOCKER, PORT);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(ClashLog.class);
  }
}
