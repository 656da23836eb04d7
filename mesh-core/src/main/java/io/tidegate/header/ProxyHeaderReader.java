package io.tidegate.header;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads PROXY protocol headers of both versions: finds the end of one among what a client has said,
 * and then, with Netty's codec, what it says.
 */
public final class ProxyHeaderReader {

  /** How much of a header is there. */
  public enum Extent {
    /** What came is something else. */
    ABSENT,
    /** What came, perhaps nothing, may become one. */
    UNDECIDED,
    /** It is one, and has not ended. */
    BEGUN,
    /** It is all there. */
    WHOLE,
    /** It is longer than any may be. */
    OVERSIZED
  }

  /** The most that a line of text may have, its end included; by the protocol. */
  static final int MOST_TEXT_BYTES = 107;

  /** The most that is read behind the first 16 bytes of version 2; the protocol has 65,535. */
  public static final int MOST_BINARY_BYTES = 4_096;

  private static final byte[] TEXT = "PROXY ".getBytes(US_ASCII);
  private static final byte[] BINARY = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);
  private static final int BINARY_HEAD_BYTES = 16;
  private static final int LENGTH_AT = 14;
  private static final int VERSION = 2;

  private ProxyHeaderReader() {}

  /**
   * Looks at what a client has said.
   *
   * @param count how many bytes that is, from the buffer's first on
   */
  public static Extent extent(ByteBuffer bytes, int count) {
    if (count == 0) {
      return Extent.UNDECIDED;
    }
    byte[] signature = isText(bytes) ? TEXT : BINARY;
    for (int i = 0; i < Math.min(count, signature.length); i++) {
      if (bytes.get(i) != signature[i]) {
        return Extent.ABSENT;
      }
    }
    if (count < signature.length) {
      return Extent.UNDECIDED;
    }
    return isText(bytes) ? extentOfText(bytes, count) : extentOfBinary(bytes, count);
  }

  private static boolean isText(ByteBuffer bytes) {
    return bytes.get(0) == TEXT[0];
  }

  private static Extent extentOfText(ByteBuffer bytes, int count) {
    if (endOfLine(bytes, Math.min(count, MOST_TEXT_BYTES)) > 0) {
      return Extent.WHOLE;
    }
    return count < MOST_TEXT_BYTES ? Extent.BEGUN : Extent.OVERSIZED;
  }

  private static int endOfLine(ByteBuffer bytes, int count) {
    for (int i = 0; i < count; i++) {
      if (bytes.get(i) == '\n') {
        return i + 1;
      }
    }
    return 0;
  }

  private static Extent extentOfBinary(ByteBuffer bytes, int count) {
    if (count < BINARY_HEAD_BYTES) {
      return Extent.BEGUN;
    }
    int length = lengthOfBinary(bytes);
    if (length > BINARY_HEAD_BYTES + MOST_BINARY_BYTES) {
      return Extent.OVERSIZED;
    }
    return count < length ? Extent.BEGUN : Extent.WHOLE;
  }

  private static int lengthOfBinary(ByteBuffer bytes) {
    return BINARY_HEAD_BYTES + Short.toUnsignedInt(bytes.getShort(LENGTH_AT));
  }

  /** How many bytes a header has that is {@linkplain Extent#WHOLE all there}. */
  public static int length(ByteBuffer bytes) {
    return isText(bytes) ? endOfLine(bytes, MOST_TEXT_BYTES) : lengthOfBinary(bytes);
  }

  /**
   * What a header says.
   *
   * @param header all of it, and nothing else
   * @return null where it does not say whose connection it is
   * @throws ProtocolException naming what is wrong with it
   */
  public static @Nullable Ends read(byte[] header) throws ProtocolException {
    checkVersion(header);
    // Of the heap: where the codec gives up there is nothing to be given back.
    EmbeddedChannel codec = new EmbeddedChannel(new HAProxyMessageDecoder());
    try {
      codec.writeInbound(Unpooled.wrappedBuffer(header));
      HAProxyMessage message = codec.readInbound();
      if (message == null) {
        throw new ProtocolException("not a header of any version");
      }
      try {
        return ends(message);
      } finally {
        message.release();
      }
    } catch (DecoderException e) {
      throw malformed(e);
    } finally {
      // A codec that gave up may do so once more as it ends: it has said what is wrong.
      var _ = codec.close();
    }
  }

  /** The codec takes other versions of the binary form for lines of text. */
  private static void checkVersion(byte[] header) throws ProtocolException {
    if (header[0] != BINARY[0]) {
      return;
    }
    int version = Byte.toUnsignedInt(header[BINARY.length]) >>> 4;
    if (version != VERSION) {
      throw new ProtocolException("version %d (expected: %d)".formatted(version, VERSION));
    }
  }

  private static ProtocolException malformed(DecoderException e) {
    ProtocolException malformed = new ProtocolException(e.getMessage());
    malformed.initCause(e);
    return malformed;
  }

  private static @Nullable Ends ends(HAProxyMessage message) throws ProtocolException {
    return switch (message.proxiedProtocol().addressFamily()) {
      case AF_IPv4, AF_IPv6 ->
          new Ends(
              address(message.sourceAddress(), message.sourcePort()),
              address(message.destinationAddress(), message.destinationPort()));
      // Of a health check of the proxy's, or of a connection that has no addresses such as ours.
      case AF_UNSPEC, AF_UNIX -> null;
    };
  }

  private static InetSocketAddress address(String text, int port) throws ProtocolException {
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(text);
    if (address == null) {
      throw new ProtocolException(text + " (expected: an address)");
    }
    return new InetSocketAddress(address, port);
  }
}
