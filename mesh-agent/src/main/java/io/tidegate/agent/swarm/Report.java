package io.tidegate.agent.swarm;

import io.tidegate.agent.merge.Sources;
import io.tidegate.agent.source.SourceStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the discovery fares, for others to read, and in the log where it changes. The discovery's
 * thread writes, any may read.
 */
final class Report {

  private static final Logger LOG = LoggerFactory.getLogger(Report.class);

  private static final List<String> RANKS =
      List.of(Sources.WATCH, Sources.PEER, Sources.REST, Sources.GOSSIP);

  private final Map<String, Instant> heardAt = new HashMap<>();
  private volatile SourceStatus status = new SourceStatus("swarm", null, null, 0, 0);
  private volatile List<SourceStatus> sources = List.of(status);

  /** How the source in force fares. From any thread. */
  SourceStatus status() {
    return status;
  }

  /** The source in force, and each that was heard beside it, the best first. From any thread. */
  List<SourceStatus> sources() {
    return sources;
  }

  /** A source told something, be it that nothing changed. */
  void heard(String source) {
    heardAt.put(source, Instant.now());
  }

  /** The source in force told something. */
  void success(String source, @Nullable String warning, long rejected) {
    if (!source.equals(status.name())) {
      LOG.info("reading the Swarm by {}", source);
    }
    heard(source);
    write(source, heardAt.get(source), warning, rejected);
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
    SourceStatus now = new SourceStatus(source, lastSuccess, error, failures, rejected);
    status = now;
    sources = withOthers(now);
  }

  private List<SourceStatus> withOthers(SourceStatus inForce) {
    List<SourceStatus> all = new ArrayList<>(List.of(inForce));
    for (String name : RANKS) {
      if (!name.equals(inForce.name()) && heardAt.containsKey(name)) {
        all.add(new SourceStatus(name, heardAt.get(name), null, 0, 0));
      }
    }
    return List.copyOf(all);
  }
}
