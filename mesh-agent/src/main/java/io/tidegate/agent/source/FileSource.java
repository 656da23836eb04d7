package io.tidegate.agent.source;

import io.tidegate.routing.Topology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of a file (its form: {@link RoutesFile}), read again whenever it changes. Content that
 * is refused, or a file that is gone, leaves the last good topology in force.
 */
public final class FileSource implements TopologySource {

  private static final Logger LOG = LoggerFactory.getLogger(FileSource.class);

  private final Path file;
  private volatile boolean closed;
  private @Nullable Thread thread;

  // Written by start() and from then on by the source's thread only.
  private volatile SourceStatus status = new SourceStatus("file", null, null, 0, 0);
  private byte @Nullable [] content;
  private boolean isReadDue;

  public FileSource(Path file) {
    this.file = file;
  }

  /**
   * Reads a file of routes once.
   *
   * @throws YamlException naming file and line if the content is refused
   * @throws IOException naming the file, or the host that cannot be looked up
   */
  public static Topology read(Path file) throws IOException {
    return RoutesFile.parse(file.toString(), Yaml.read(file));
  }

  /**
   * Reads the file before it returns, so that a mistake shows at once.
   *
   * @throws YamlException naming file and line if the content is refused
   * @throws UncheckedIOException naming the file, or the host that cannot be looked up
   */
  @Override
  public void start(Consumer<Topology> sink) {
    FileWatch watch = new FileWatch(file);
    try {
      accept(Yaml.read(file), sink);
    } catch (YamlException e) {
      watch.close();
      throw e;
    } catch (IOException e) {
      watch.close();
      throw new UncheckedIOException(e.getMessage(), e);
    }
    thread = Thread.ofVirtual().name("file-source").start(() -> follow(watch, sink));
  }

  @Override
  public SourceStatus status() {
    return status;
  }

  @Override
  public void close() {
    closed = true;
    Thread running = thread;
    if (running == null) {
      return;
    }
    running.interrupt();
    try {
      running.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(FileWatch watch, Consumer<Topology> sink) {
    try (watch) {
      while (!closed) {
        if (watch.await() || isReadDue) {
          reload(sink);
        } else {
          confirm();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reload(Consumer<Topology> sink) {
    try {
      byte[] read = Yaml.read(file);
      if (isReadDue || !Arrays.equals(read, content)) {
        accept(read, sink);
      } else {
        confirm();
      }
    } catch (YamlException e) {
      SourceStatus last = status;
      failed(e.getMessage(), last.failures(), last.rejected() + 1);
      isReadDue = false;
    } catch (IOException e) {
      SourceStatus last = status;
      failed(e.getMessage(), last.failures() + 1, last.rejected());
      isReadDue = true;
    }
  }

  private void accept(byte[] read, Consumer<Topology> sink) throws IOException {
    content = read;
    Topology topology = RoutesFile.parse(file.toString(), read);
    if (closed) {
      return;
    }
    isReadDue = false;
    SourceStatus last = status;
    status = new SourceStatus("file", Instant.now(), null, last.failures(), last.rejected());
    LOG.info("{}: {} routes", file, topology.services().size());
    sink.accept(topology);
  }

  private void confirm() {
    SourceStatus last = status;
    if (last.error() == null) {
      status = new SourceStatus("file", Instant.now(), null, last.failures(), last.rejected());
    }
  }

  private void failed(@Nullable String error, long failures, long rejected) {
    SourceStatus last = status;
    status = new SourceStatus("file", last.lastSuccess(), error, failures, rejected);
    if (!closed && !Objects.equals(error, last.error())) {
      LOG.warn("{}; the last good routes stay", error);
    }
  }
}
