package io.tidegate.agent.handover;

import io.tidegate.kernel.UnixSocket;
import io.tidegate.routing.PublishedPort;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What is said between an agent and the one that takes its place. Each message is its length and as
 * many bytes, of which the first tells its kind; then as {@link DataOutputStream} writes it.
 *
 * <pre>
 *   successor                                    predecessor
 *   Hello  protocol, version, namespace, admin ─►
 *                                              ◄─ Granted  version, ports; then a descriptor for each
 *                                                 (or Refused  kind, why)
 *   Ready  once its table is in force          ─►
 *                                                 listens no more
 *                                              ◄─ Done
 *   accepts
 * </pre>
 */
sealed interface Message {

  /** Grows with every change that an older program would not understand. */
  int PROTOCOL = 1;

  /** Enough for 300,000 sockets. */
  int MOST_BYTES = 4 << 20;

  int MAGIC = 0x54474857;

  /** Who asks for the place. */
  record Hello(int protocol, Instance instance) implements Message {}

  /** The place is given, with one descriptor for each port that is listed. */
  record Granted(String version, List<PublishedPort> ports) implements Message {}

  /**
   * The place is not given.
   *
   * @param isTaken whether somebody else is about to get it
   */
  record Refused(boolean isTaken, String why) implements Message {}

  /** The successor can serve. */
  record Ready() implements Message {}

  /** The predecessor listens no more. */
  record Done() implements Message {}

  /** Sends it. */
  default void send(UnixSocket socket) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(new DataOutputStream(bytes));
    if (bytes.size() > MOST_BYTES) {
      throw new IOException("a message of " + bytes.size() + " bytes" + expectedLength());
    }
    socket.send(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.size()).array());
    socket.send(bytes.toByteArray());
  }

  private void write(DataOutputStream out) throws IOException {
    switch (this) {
      case Hello(int protocol, Instance instance) -> {
        out.writeByte(1);
        out.writeInt(MAGIC);
        out.writeInt(protocol);
        out.writeUTF(instance.version());
        out.writeUTF(instance.namespace());
        out.writeUTF(instance.admin());
      }
      case Granted(String version, List<PublishedPort> ports) -> {
        out.writeByte(2);
        out.writeUTF(version);
        out.writeInt(ports.size());
        for (PublishedPort port : ports) {
          out.writeUTF(port.toString());
        }
      }
      case Refused(boolean isTaken, String why) -> {
        out.writeByte(3);
        out.writeBoolean(isTaken);
        out.writeUTF(why);
      }
      case Ready() -> out.writeByte(4);
      case Done() -> out.writeByte(5);
    }
  }

  /**
   * Receives the next one.
   *
   * @throws IOException if there is none within the limit, or what comes is none of these
   */
  static Message receive(UnixSocket socket) throws IOException {
    int length = ByteBuffer.wrap(socket.receive(Integer.BYTES)).getInt();
    if (length < 1 || length > MOST_BYTES) {
      throw new IOException("a message of " + length + " bytes" + expectedLength());
    }
    ByteArrayInputStream bytes = new ByteArrayInputStream(socket.receive(length));
    try {
      return read(new DataInputStream(bytes));
    } catch (EOFException e) {
      throw new IOException("a message that ends too early, after " + length + " bytes", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Message read(DataInputStream in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case 1 -> readHello(in);
      case 2 -> readGranted(in);
      case 3 -> new Refused(in.readBoolean(), in.readUTF());
      case 4 -> new Ready();
      case 5 -> new Done();
      default -> throw new IOException("a message of kind " + kind + " (expected: 1 to 5)");
    };
  }

  private static Hello readHello(DataInputStream in) throws IOException {
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new IOException("magic number: %#x (expected: %#x)".formatted(magic, MAGIC));
    }
    int protocol = in.readInt();
    return new Hello(protocol, new Instance(in.readUTF(), in.readUTF(), in.readUTF()));
  }

  private static Granted readGranted(DataInputStream in) throws IOException {
    String version = in.readUTF();
    int count = in.readInt();
    List<PublishedPort> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(PublishedPort.parse(in.readUTF()));
    }
    return new Granted(version, ports);
  }

  private static String expectedLength() {
    return " (expected: 1 to " + MOST_BYTES + ")";
  }
}
