package io.tidegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.tidegate.metrics.Latency;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShardClockTest {

  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final IoEventLoop loop = group.next();
  private final AtomicLong nowNanos = new AtomicLong(1);
  private final Latency lag = new Latency();

  /** One that never comes. */
  private static final class Never extends Timer {
    @Override
    void onExpired(long nowNanos) {
      throw new IllegalStateException("too soon");
    }

    @Override
    void abandon() {}
  }

  @AfterEach
  void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void tellsHowLateTheLoopComesToItsTimers() throws Exception {
    loop.submit(
            () -> new ShardClock(loop, nowNanos::get, lag).start(Duration.ofDays(1), new Never()))
        .get();
    nowNanos.addAndGet(Timers.RESOLUTION_NANOS + LATE_NANOS);
    Await.until(() -> recorded().getTotalCount() > 0);
    assertThat(recorded().getMaxValue())
        .isBetween(LATE_NANOS / 1_000, recorded().highestEquivalentValue(LATE_NANOS / 1_000));
  }

  private Histogram recorded() {
    Histogram micros = new Histogram(2);
    lag.addTo(micros);
    return micros;
  }
}
