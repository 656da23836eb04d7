package io.tidegate.overload;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class OverloadLogTest {

  private final Logger logger = (Logger) LoggerFactory.getLogger(OverloadLog.class);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private long nowNanos = 1;
  private final OverloadLog log = new OverloadLog(() -> nowNanos);
  private Pressure pressure = Pressure.NONE;

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(appender);
    logger.setLevel(null);
  }

  @Test
  void tellsEachChangeOnce() {
    press(0.5);
    press(0.97);
    press(0.98);
    nowNanos += OverloadLog.QUIET_NANOS;
    press(0.99);
    press(0.88);
    nowNanos += OverloadLog.QUIET_NANOS;
    press(0.1);
    assertThat(lines())
        .containsExactly(
            "overloaded: descriptors 97 % in use; new clients wait, idle timeouts are cut to 10 %,"
                + " this node is not ready",
            "short of resources: descriptors 88 % in use; idle timeouts are cut to 73 %",
            "no overload any more: descriptors 10 % in use");
  }

  @Test
  void tellsNothingOfWhatPassesWithinSecondsAndThenWhatIs() {
    for (int i = 0; i < 50; i++) {
      press(0.97);
      press(0.1);
    }
    assertThat(lines()).hasSize(1);
    nowNanos += OverloadLog.QUIET_NANOS;
    press(0.1);
    assertThat(lines()).hasSize(2).last().asString().startsWith("no overload any more");
    press(0.1);
    assertThat(lines()).hasSize(2);
  }

  private void press(double ratio) {
    pressure = pressure.next(Map.of(Resource.DESCRIPTORS, ratio));
    log.onPressure(pressure);
  }

  private List<String> lines() {
    return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
