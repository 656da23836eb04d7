package io.tidegate.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TickTest {

  @Test
  void goesOnAfterItHasFailed() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    AtomicInteger ticks = new AtomicInteger();
    Runnable work =
        () -> {
          if (ticks.incrementAndGet() == 1) {
            throw new OutOfMemoryError("as of direct memory");
          }
        };
    Future<?> ticking =
        channel.eventLoop().scheduleWithFixedDelay(new Tick("test", work), 1, 1, TimeUnit.SECONDS);

    for (int seconds = 1; seconds <= 3; seconds++) {
      channel.advanceTimeBy(1, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
    }

    assertThat(ticks).hasValue(3);
    assertThat(ticking.isDone()).isFalse();
  }
}
