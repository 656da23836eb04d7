package io.tidegate.agent.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where an agent takes clients for its node's tasks from one other node.
 *
 * @param key what it believes that node by
 */
public record HopTerms(InetSocketAddress address, Key key) {

  /** Bytes that are not shown. */
  public record Key(ByteString bytes) {
    @Override
    public String toString() {
      return "Key";
    }
  }

  static final int KEY_BYTES = 32;

  public HopTerms(InetSocketAddress address, byte[] key) {
    this(address, new Key(ByteString.copyFrom(key)));
  }

  /** As a message; null says that it takes none. */
  static byte[] write(@Nullable HopTerms terms) {
    PeerProtocol.HopTerms.Builder message = PeerProtocol.HopTerms.newBuilder();
    if (terms != null) {
      message
          .setAddress(terms.address.getAddress().getHostAddress())
          .setPort(terms.address.getPort())
          .setKey(terms.key.bytes());
    }
    return message.build().toByteArray();
  }

  /**
   * Reads a message.
   *
   * @throws RefusedException naming what is wrong with it
   */
  static @Nullable HopTerms read(byte[] message) throws RefusedException {
    PeerProtocol.HopTerms terms;
    try {
      terms = PeerProtocol.HopTerms.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException(Refusal.MALFORMED, "hop terms: " + e.getMessage());
    }
    if (terms.getAddress().isEmpty()) {
      return null;
    }
    if (terms.getPort() < 1 || terms.getPort() > 65_535 || terms.getKey().size() != KEY_BYTES) {
      throw new RefusedException(
          Refusal.MALFORMED,
          "hop terms: port %d and a key of %d bytes (expected: 1 to 65535, and %d)"
              .formatted(terms.getPort(), terms.getKey().size(), KEY_BYTES));
    }
    return new HopTerms(
        new InetSocketAddress(address(terms.getAddress()), terms.getPort()),
        new Key(terms.getKey()));
  }

  private static InetAddress address(String text) throws RefusedException {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          Refusal.MALFORMED, "hop terms: address " + text + " (expected: one, as in 10.0.0.3)");
    }
  }
}
