package io.tidegate.agent.peer;

import io.grpc.Status;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.RefusedException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of reports. Written by the reporter's event loop, read from any thread. */
final class ReportLog {

  private static final Logger LOG = LoggerFactory.getLogger(ReportLog.class);

  private final Refusals refusals;
  private final AtomicLong successes = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private boolean hasSaidMore;

  ReportLog(Refusals refusals) {
    this.refusals = refusals;
  }

  void onTaken(InetSocketAddress target) {
    successes.incrementAndGet();
    LOG.debug("{} took a report", target);
  }

  void onFailed(InetSocketAddress target, Status status) {
    failures.incrementAndGet();
    RefusedException refused = Failures.of(status);
    if (refused != null) {
      refusals.add(String.valueOf(target), refused);
    }
    LOG.debug("{} took no report: {}", target, Failures.text(status));
  }

  void onMore(int known, int told) {
    if (!hasSaidMore) {
      hasSaidMore = true;
      LOG.debug("{} of {} nodes are told, the others hear it by gossip", told, known);
    }
  }

  long successes() {
    return successes.get();
  }

  long failures() {
    return failures.get();
  }
}
