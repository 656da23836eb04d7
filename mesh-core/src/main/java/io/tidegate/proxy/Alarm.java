package io.tidegate.proxy;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.tidegate.kernel.CallException;
import io.tidegate.kernel.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Runs an action once, a fixed time after it was set. The kernel keeps the time (timerfd): a task
 * that is scheduled with the event loop would give every wait for events a timeout, and arming that
 * costs each time, which shows in short requests.
 */
final class Alarm implements EpollIoHandle {

  // Edge-triggered, it tells once without having to be read.
  private static final EpollIoOps RINGS =
      EpollIoOps.valueOf(EpollIoOps.EPOLLIN.value() | EpollIoOps.EPOLLET.value());

  private final FileDescriptor timer;
  private final long delayNanos;
  private final Runnable action;

  /**
   * An alarm on this loop, not set.
   *
   * @throws UncheckedIOException if there is no descriptor to be had
   */
  Alarm(IoEventLoop loop, long delayNanos, Runnable action) {
    this.delayNanos = delayNanos;
    this.action = action;
    int fd = Libc.timer();
    if (fd < 0) {
      throw new UncheckedIOException(CallException.of("timerfd_create", -fd));
    }
    timer = new FileDescriptor(fd);
    // In force before anything else that this loop is told from now on.
    loop.register(this).addListener(this::watch);
  }

  private void watch(Future<? super IoRegistration> registered) {
    ((IoRegistration) registered.getNow()).submit(RINGS);
  }

  void set() {
    Libc.setTimer(timer.intValue(), delayNanos);
  }

  @Override
  public void handle(IoRegistration ignored, IoEvent event) {
    action.run();
  }

  @Override
  public FileDescriptor fd() {
    return timer;
  }

  @Override
  public void close() {
    try {
      timer.close();
    } catch (IOException e) {
      throw new IllegalStateException("a timer cannot fail to close: " + timer, e);
    }
  }
}
