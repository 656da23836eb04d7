package io.tidegate.agent.swarm;

import io.tidegate.agent.source.SourceStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the discovery fares, for others to read, and in the log where it changes. */
final class Report {

  private static final Logger LOG = LoggerFactory.getLogger(Report.class);

  private volatile SourceStatus status = new SourceStatus("swarm", null, null, 0, 0);

  /** From any thread. */
  SourceStatus status() {
    return status;
  }

  /** A source told something. */
  void success(String source, @Nullable String warning, long rejected) {
    if (!source.equals(status.name())) {
      LOG.info("reading the Swarm by {}", source);
    }
    write(source, Instant.now(), warning, rejected);
  }

  /** What told last fails, or what it needs. */
  void failure(String error, long rejected) {
    write(status.name(), status.lastSuccess(), error, rejected);
  }

  private void write(
      String source, @Nullable Instant lastSuccess, @Nullable String error, long rejected) {
    SourceStatus before = status;
    if (error == null && before.error() != null) {
      LOG.info("{}: all is well again", source);
    } else if (error != null && !error.equals(before.error())) {
      LOG.warn("{}: {}; what is known stays in force", source, error);
    }
    long failures = before.failures() + (error == null ? 0 : 1);
    status = new SourceStatus(source, lastSuccess, error, failures, rejected);
  }
}
