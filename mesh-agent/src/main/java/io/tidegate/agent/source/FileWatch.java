package io.tidegate.agent.source;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for changes of one file: at once where the system tells of them, within a second where it
 * does not, as behind a bind mount or when a symbolic link is pointed elsewhere. For one thread.
 */
final class FileWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  private static final long POLL_MILLIS = 1_000;
  // Many programs write in several steps; what is read in between would be refused for nothing.
  private static final long SETTLE_MILLIS = 50;

  private final Path file;
  private final @Nullable WatchService events;
  private @Nullable Stamp stamp;

  FileWatch(Path file) {
    this.file = file;
    this.stamp = Stamp.of(file);
    this.events = watch(file);
  }

  private static @Nullable WatchService watch(Path file) {
    WatchService events = null;
    try {
      events = file.getFileSystem().newWatchService();
      Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
      folder.register(events, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
      return events;
    } catch (IOException e) {
      LOG.info("{}: looked at once a second, because {}", file, e.toString());
      close(events);
      return null;
    }
  }

  /** Waits for a second at the most; true if the file may have changed since the last call. */
  boolean await() throws InterruptedException {
    if (events == null) {
      Thread.sleep(POLL_MILLIS);
      return isStampNew();
    }
    WatchKey told = events.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
    if (told == null) {
      return isStampNew();
    }
    Thread.sleep(SETTLE_MILLIS);
    told.pollEvents();
    told.reset();
    stamp = Stamp.of(file);
    return true;
  }

  private boolean isStampNew() {
    Stamp now = Stamp.of(file);
    boolean isNew = !Objects.equals(now, stamp);
    stamp = now;
    return isNew;
  }

  @Override
  public void close() {
    close(events);
  }

  private static void close(@Nullable WatchService events) {
    try {
      if (events != null) {
        events.close();
      }
    } catch (IOException e) {
      LOG.debug("closing a watch", e);
    }
  }

  /** What tells one state of a file from the next without reading it. */
  private record Stamp(Path target, FileTime modified, long size, @Nullable Object fileKey) {

    static @Nullable Stamp of(Path file) {
      try {
        Path target = file.toRealPath();
        BasicFileAttributes attributes = Files.readAttributes(target, BasicFileAttributes.class);
        return new Stamp(
            target, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      } catch (IOException e) {
        return null;
      }
    }
  }
}
