package io.tidegate.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class EventStreamTest {

  @TempDir Path dir;
  private final Queue<DockerNews> news = new ConcurrentLinkedQueue<>();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private FakeDocker daemon;
  private DockerApi docker;
  private Thread thread;

  @BeforeEach
  void start() throws Exception {
    daemon = new FakeDocker(dir);
    docker = new DockerApi(new DockerConfig(daemon.host(), Duration.ofSeconds(10)));
    thread = Thread.ofVirtual().unstarted(new EventStream(docker, news::add, new Random(1)));
    log.start();
    logger().setLevel(Level.WARN);
    logger().setAdditive(false);
    logger().addAppender(log);
  }

  @AfterEach
  void stop() throws Exception {
    thread.interrupt();
    thread.join();
    logger().detachAppender(log);
    logger().setAdditive(true);
    logger().setLevel(null);
    docker.close();
    daemon.close();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(EventStream.class);
  }

  @Test
  void saysOnceWhyItHearsNoEvents() {
    daemon.fail("/events", 403, "Forbidden");
    thread.start();

    awaitAttempts(3);

    assertThat(warnings()).singleElement().asString().contains("403 Forbidden");
    assertThat(news).isEmpty();
  }

  @Test
  void saysItAgainOnceItHasHeardEventsInBetween() throws Exception {
    daemon.fail("/events", 403, "Forbidden");
    thread.start();
    awaitAttempts(2);
    daemon.forget("/events");
    await().until(() -> daemon.followers() == 1 && !news.isEmpty());

    daemon.fail("/events", 403, "Forbidden");
    daemon.cutEvents();
    daemon.forgetRequests();
    awaitAttempts(3);

    assertThat(warnings()).hasSize(2);
  }

  private void awaitAttempts(int count) {
    await()
        .until(
            () ->
                daemon.requests().stream().filter(path -> path.contains("/events")).count()
                    >= count);
  }

  private List<String> warnings() {
    return List.copyOf(log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
