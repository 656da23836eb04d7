package io.tidegate.agent.peer;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One report on its way. For the reporter's event loop. */
final class Delivery {

  private static final int DEADLINE_MILLIS = 2_000;
  private static final int MAX_OTHERS = 64;

  private final byte[] report;
  private final Reporter.Targets targets;
  private final Duration patience;
  private final ReportLinks links;
  private final ReportLog log;
  private final EventLoop loop;

  private int waiting;
  private boolean isTaken;
  private boolean isWidened;
  private @Nullable ScheduledFuture<?> timer;

  Delivery(
      byte[] report,
      Reporter.Targets targets,
      Duration patience,
      ReportLinks links,
      ReportLog log,
      EventLoop loop) {
    this.report = report;
    this.targets = targets;
    this.patience = patience;
    this.links = links;
    this.log = log;
    this.loop = loop;
  }

  void start() {
    waiting = targets.first().size();
    if (waiting == 0 || ReportLinks.areFew(targets.otherwise())) {
      widen();
    } else {
      timer = loop.schedule(this::widen, patience.toNanos(), TimeUnit.NANOSECONDS);
    }
    targets.first().forEach(this::send);
  }

  /** Tells the others too, unless it is known already where it must be. */
  private void widen() {
    if (isTaken || isWidened) {
      return;
    }
    isWidened = true;
    List<InetSocketAddress> others = targets.otherwise();
    if (others.size() > MAX_OTHERS) {
      log.onMore(others.size(), MAX_OTHERS);
    }
    others.stream().limit(MAX_OTHERS).forEach(this::send);
  }

  private void send(InetSocketAddress target) {
    ManagedChannel channel;
    try {
      channel = links.use(target, System.nanoTime());
    } catch (SSLException e) {
      onFailed(target, Status.UNAVAILABLE.withDescription("TLS: " + e.getMessage()));
      return;
    }
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            PeerMethods.REPORT,
            CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
              onTaken(target);
            } else {
              links.drop(target, channel);
              onFailed(target, status);
            }
          }
        },
        new Metadata());
    call.sendMessage(report);
    call.halfClose();
    call.request(1);
  }

  private void onTaken(InetSocketAddress target) {
    log.onTaken(target);
    isTaken = true;
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void onFailed(InetSocketAddress target, Status status) {
    log.onFailed(target, status);
    waiting--;
    if (waiting <= 0) {
      widen();
    }
  }
}
