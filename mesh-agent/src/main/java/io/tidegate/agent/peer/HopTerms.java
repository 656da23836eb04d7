package io.tidegate.agent.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where an agent takes clients for its node's tasks from one other node: in one of two ways at
 * least.
 *
 * @param overlay on the ingress network, or null for not there
 * @param tls by TLS, at an address of the node; or null for not that way
 * @param key what it believes that node by
 */
public record HopTerms(
    @Nullable InetSocketAddress overlay, @Nullable InetSocketAddress tls, Key key) {

  /** Bytes that are not shown. */
  public record Key(ByteString bytes) {
    @Override
    public String toString() {
      return "Key";
    }
  }

  static final int KEY_BYTES = 32;

  public HopTerms {
    if (overlay == null && tls == null) {
      throw new IllegalArgumentException("overlay: null (expected: that or tls)");
    }
  }

  public HopTerms(
      @Nullable InetSocketAddress overlay, @Nullable InetSocketAddress tls, byte[] key) {
    this(overlay, tls, new Key(ByteString.copyFrom(key)));
  }

  /** As a message; null says that it takes none. Of what is by TLS the port alone. */
  static byte[] write(@Nullable HopTerms terms) {
    PeerProtocol.HopTerms.Builder message = PeerProtocol.HopTerms.newBuilder();
    if (terms != null) {
      message.setKey(terms.key.bytes());
      if (terms.overlay != null) {
        message
            .setAddress(terms.overlay.getAddress().getHostAddress())
            .setPort(terms.overlay.getPort());
      }
      if (terms.tls != null) {
        message.setTlsPort(terms.tls.getPort());
      }
    }
    return message.build().toByteArray();
  }

  /**
   * Reads a message.
   *
   * @param node the address at which the node that says so is reached
   * @throws RefusedException naming what is wrong with it
   */
  static @Nullable HopTerms read(byte[] message, InetAddress node) throws RefusedException {
    PeerProtocol.HopTerms terms;
    try {
      terms = PeerProtocol.HopTerms.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException(Refusal.MALFORMED, "hop terms: " + e.getMessage());
    }
    boolean isOverlay = !terms.getAddress().isEmpty();
    boolean isTls = terms.getTlsPort() != 0;
    if (!isOverlay && !isTls) {
      return null;
    }
    if (terms.getKey().size() != KEY_BYTES) {
      throw new RefusedException(
          Refusal.MALFORMED,
          "hop terms: a key of %d bytes (expected: %d)"
              .formatted(terms.getKey().size(), KEY_BYTES));
    }
    return new HopTerms(
        isOverlay ? at(address(terms.getAddress()), terms.getPort()) : null,
        isTls ? at(node, terms.getTlsPort()) : null,
        new Key(terms.getKey()));
  }

  private static InetSocketAddress at(InetAddress address, int port) throws RefusedException {
    if (port < 1 || port > 65_535) {
      throw new RefusedException(
          Refusal.MALFORMED, "hop terms: port %d (expected: 1 to 65535)".formatted(port));
    }
    return new InetSocketAddress(address, port);
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
