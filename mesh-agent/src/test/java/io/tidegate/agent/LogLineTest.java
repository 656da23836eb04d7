package io.tidegate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogLineTest {

  private final LogLine line = new LogLine();

  @Test
  void hasTimeLevelClassAndMessage() {
    assertThat(line.doLayout(event(Level.INFO, null)))
        .isEqualTo("2026-01-02T03:04:05.006Z INFO  LogLineTest: web has 3 tasks\n");
    assertThat(line.doLayout(event(Level.ERROR, null))).contains("Z ERROR LogLineTest: ");
  }

  @Test
  void tellsWhereAnExceptionCameFrom() {
    assertThat(line.doLayout(event(Level.WARN, new IllegalStateException("no route"))).lines())
        .contains("java.lang.IllegalStateException: no route")
        .anyMatch(text -> text.contains("at io.tidegate.agent.LogLineTest"));
  }

  private static LoggingEvent event(Level level, @Nullable Throwable thrown) {
    var logger = new LoggerContext().getLogger(LogLineTest.class);
    String name = LogLine.class.getName();
    LoggingEvent event =
        new LoggingEvent(name, logger, level, "{} has {} tasks", thrown, new Object[] {"web", 3});
    event.setInstant(Instant.parse("2026-01-02T03:04:05.006Z"));
    return event;
  }
}
