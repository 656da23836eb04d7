package io.tidegate.agent.peer;

import io.tidegate.agent.cluster.ClusterObject;
import io.tidegate.agent.cluster.ClusterState;
import io.tidegate.agent.identity.RefusedException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The state that was known last, in a file: what one agent would tell another, to be read by the
 * next run of the same one, and as strictly checked. The file is replaced whole or not at all.
 *
 * <pre>
 *   "TGSW" · format (1) · { length · Update } … · 0 · CRC-32C of all that
 * </pre>
 */
public final class StateFile {

  private static final int MAGIC = 0x54475357;
  private static final int FORMAT = 1;
  private static final int PART_BYTES = 256 << 10;
  private static final int MAX_PART_BYTES = 4 << 20;
  private static final long MAX_BYTES = PeerLimits.DEFAULT.maxUpdateBytes();

  private static final String NEXT_PREFIX = "state.";
  private static final String NEXT_SUFFIX = ".next";

  /** Nobody writes for longer. */
  private static final long LEFTOVER_MILLIS = Duration.ofMinutes(10).toMillis();

  private final Path file;

  /**
   * @param directory where the file is; it is made when something is written
   */
  public StateFile(Path directory) {
    this.file = directory.resolve("state");
  }

  /**
   * A state that was saved.
   *
   * @param nodeId the node that knew it
   * @param savedAtMillis since 1970
   */
  public record Saved(String nodeId, long savedAtMillis, ClusterState state) {}

  /** The file, for people. */
  public Path path() {
    return file;
  }

  /**
   * Saves a state in place of the last one.
   *
   * @throws IOException naming the file; the last one then stays
   */
  public void write(Saved saved) throws IOException {
    List<ClusterObject> objects = new ArrayList<>(saved.state().nodes());
    objects.addAll(saved.state().services());
    objects.addAll(saved.state().tasks());
    UpdateWriter writer =
        new UpdateWriter(new Epoch(saved.nodeId(), saved.savedAtMillis()), PART_BYTES);
    List<byte[]> parts = writer.whole(1, objects);
    long bytes = parts.stream().mapToLong(part -> part.length).sum();
    if (bytes > MAX_BYTES) {
      throw new IOException(file + ": " + bytes + " bytes (expected: at most " + MAX_BYTES + ")");
    }
    Path directory = Files.createDirectories(file.toAbsolutePath().getParent());
    removeLeftovers(directory, saved.savedAtMillis());
    // While one agent takes the place of another, both may write.
    Path next = Files.createTempFile(directory, NEXT_PREFIX, NEXT_SUFFIX);
    try {
      try (FileOutputStream out = new FileOutputStream(next.toFile())) {
        write(parts, out);
        out.getFD().sync();
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /** Of runs that ended while they wrote. */
  private static void removeLeftovers(Path directory, long nowMillis) throws IOException {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(directory, NEXT_PREFIX + "*" + NEXT_SUFFIX)) {
      for (Path next : all) {
        if (nowMillis - next.toFile().lastModified() > LEFTOVER_MILLIS) {
          Files.deleteIfExists(next);
        }
      }
    }
  }

  private static void write(List<byte[]> parts, FileOutputStream out) throws IOException {
    CheckedOutputStream checked = new CheckedOutputStream(out, new CRC32C());
    DataOutputStream data = new DataOutputStream(new BufferedOutputStream(checked));
    data.writeInt(MAGIC);
    data.writeInt(FORMAT);
    for (byte[] part : parts) {
      data.writeInt(part.length);
      data.write(part);
    }
    data.writeInt(0);
    data.flush();
    data.writeInt((int) checked.getChecksum().getValue());
    data.flush();
  }

  /**
   * Reads what was saved last, or null if nothing was.
   *
   * @throws IOException naming the file and what is wrong with it
   */
  public @Nullable Saved read() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in);
    } catch (NoSuchFileException e) {
      return null;
    } catch (EOFException e) {
      throw new IOException(file + ": ends too early", e);
    } catch (RefusedException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private Saved read(InputStream in) throws IOException, RefusedException {
    CheckedInputStream checked = new CheckedInputStream(new BufferedInputStream(in), new CRC32C());
    DataInputStream data = new DataInputStream(checked);
    expect("magic number", data.readInt(), MAGIC);
    expect("format", data.readInt(), FORMAT);
    List<byte[]> parts = readParts(data);
    int checksum = (int) checked.getChecksum().getValue();
    expect("checksum", data.readInt(), checksum);
    return understand(parts);
  }

  private List<byte[]> readParts(DataInputStream data) throws IOException {
    List<byte[]> parts = new ArrayList<>();
    long bytes = 0;
    for (int length = data.readInt(); length != 0; length = data.readInt()) {
      bytes += length;
      if (length < 0 || length > MAX_PART_BYTES || bytes > MAX_BYTES) {
        throw new IOException(
            file + ": a part of " + length + " bytes (expected: 1 to " + MAX_PART_BYTES + ")");
      }
      byte[] part = new byte[length];
      data.readFully(part);
      parts.add(part);
    }
    return parts;
  }

  /** Whoever wrote it is believed to be the node that its first part names. */
  private Saved understand(List<byte[]> parts) throws IOException, RefusedException {
    Intake intake = new Intake(MAX_BYTES);
    intake.onStream();
    String publisher = parts.isEmpty() ? "" : publisher(parts.getFirst());
    for (byte[] part : parts) {
      if (intake.take(publisher, part) instanceof PeerNews.Whole whole) {
        return new Saved(publisher, whole.epoch().startedAtMillis(), whole.state());
      }
    }
    throw new IOException(file + ": no whole state in it");
  }

  private static String publisher(byte[] part) throws RefusedException {
    return UpdateReader.read(part).epoch().publisher();
  }

  private void expect(String what, int actual, int expected) throws IOException {
    if (actual != expected) {
      throw new IOException("%s: %s: %#x (expected: %#x)".formatted(file, what, actual, expected));
    }
  }
}
