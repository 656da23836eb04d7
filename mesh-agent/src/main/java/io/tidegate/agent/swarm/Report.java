package io.tidegate.agent.swarm;

import io.tidegate.agent.docker.Reading;
import io.tidegate.agent.merge.Sources;
import io.tidegate.agent.source.SourceStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

  private final InstantSource clock;
  private final Map<String, Instant> heardAt = new HashMap<>();
  private volatile SourceStatus status = new SourceStatus("swarm", null, null, 0, 0);
  private volatile List<SourceStatus> sources = List.of(status);

  Report(InstantSource clock) {
    this.clock = clock;
  }

  /** How the source in force fares. From any thread. */
  SourceStatus status() {
    return status;
  }

  /** The source in force, and each that was heard beside it, the best first. From any thread. */
  List<SourceStatus> sources() {
    return sources;
  }

  /** The stream in force told something, be it that nothing changed. What failed still does. */
  void confirmed(String stream, long rejected) {
    heard(stream);
    write(stream, status.error(), status.failures(), rejected);
  }

  /**
   * This node's engine was read. That confirms what the engine tells; what a stream told, only the
   * API of the manager that it came from.
   *
   * @param stream the stream that tells every change, or null
   */
  void onReading(Reading reading, @Nullable String stream, long rejected) {
    if (reading.isWhole() && reading.ingress() != null) {
      heard(Sources.GOSSIP);
    }
    if (reading.cluster() != null) {
      heard(Sources.REST);
    }
    String polled = reading.cluster() == null ? Sources.GOSSIP : Sources.REST;
    if (stream == null || (stream.equals(Sources.WATCH) && reading.cluster() != null)) {
      heard(Objects.requireNonNullElse(stream, polled));
    }
    settle(Objects.requireNonNullElse(stream, polled), reading.warning(), rejected);
  }

  /** What told last fails, or what it needs. */
  void failure(String error, long rejected) {
    settle(status.name(), error, rejected);
  }

  private void heard(String source) {
    heardAt.put(source, clock.instant());
  }

  private void settle(String source, @Nullable String error, long rejected) {
    SourceStatus before = status;
    if (error == null && before.error() != null) {
      LOG.info("{}: all is well again", source);
    } else if (error != null && !error.equals(before.error())) {
      LOG.warn("{}: {}; what is known stays in force", source, error);
    }
    write(source, error, before.failures() + (error == null ? 0 : 1), rejected);
  }

  private void write(String source, @Nullable String error, long failures, long rejected) {
    if (heardAt.containsKey(source) && !source.equals(status.name())) {
      LOG.info("reading the Swarm by {}", source);
    }
    SourceStatus now = new SourceStatus(source, heardAt.get(source), error, failures, rejected);
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
