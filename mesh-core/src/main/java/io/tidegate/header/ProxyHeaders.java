package io.tidegate.header;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Protocol;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes PROXY protocol headers: what says at the beginning of a connection whose it is. For one
 * thread.
 */
public final class ProxyHeaders {

  /** What says more of a connection, in headers of version 2. */
  public static final class Tlv {

    /** An id of the connection, which no other has: the protocol's PP2_TYPE_UNIQUE_ID. */
    public static final int UNIQUE_ID = 0x05;

    // Of those that are anybody's own, some that no large provider has taken.
    public static final int SERVICE_ID = 0xe5;
    public static final int SERVICE_NAME = 0xe6;
    public static final int TASK_ID = 0xe7;

    private final int type;
    private final byte[] value;

    public Tlv(int type, byte[] value) {
      this.type = type;
      this.value = value;
    }

    public int length() {
      return value.length;
    }

    public static Tlv of(int type, String text) {
      return new Tlv(type, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  // Netty's codec wants a channel to work in; this one leads nowhere.
  private final EmbeddedChannel codec = new EmbeddedChannel(HAProxyMessageEncoder.INSTANCE);

  /**
   * A header of version 1.
   *
   * @param ends null where they are not known, which the header says then
   */
  public byte[] version1(@Nullable Ends ends) {
    if (ends == null) {
      return ClientIp.PROXY_V1.ownHeader(Protocol.TCP);
    }
    return encode(HAProxyProtocolVersion.V1, Protocol.TCP, ends, List.of());
  }

  /**
   * A header of version 2.
   *
   * @param ends null where they are not known: the connection is the proxy's own then, as far as
   *     the header says
   * @param tlvs what else it says; nothing where the ends are not known
   */
  public byte[] version2(Protocol protocol, @Nullable Ends ends, List<Tlv> tlvs) {
    if (ends == null) {
      return ClientIp.PROXY_V2.ownHeader(protocol);
    }
    return encode(HAProxyProtocolVersion.V2, protocol, ends, tlvs);
  }

  private byte[] encode(
      HAProxyProtocolVersion version, Protocol protocol, Ends ends, List<Tlv> tlvs) {
    return encode(
        new HAProxyMessage(
            version,
            HAProxyCommand.PROXY,
            transport(protocol, ends.areIpv4()),
            text(ends.source(), ends.areIpv4()),
            text(ends.destination(), ends.areIpv4()),
            ends.source().getPort(),
            ends.destination().getPort(),
            tlvs.stream().map(ProxyHeaders::encoded).toList()));
  }

  private static HAProxyProxiedProtocol transport(Protocol protocol, boolean ipv4) {
    return switch (protocol) {
      case TCP -> ipv4 ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6;
      case UDP -> ipv4 ? HAProxyProxiedProtocol.UDP4 : HAProxyProxiedProtocol.UDP6;
    };
  }

  /** Both ends are told in one family: beside one of IPv6, an address of IPv4 is mapped. */
  private static String text(InetSocketAddress address, boolean ipv4) {
    String text = address.getAddress().getHostAddress();
    return Ends.isIpv4(address) && !ipv4 ? "::ffff:" + text : text;
  }

  private static HAProxyTLV encoded(Tlv tlv) {
    return new HAProxyTLV((byte) tlv.type, Unpooled.wrappedBuffer(tlv.value));
  }

  private byte[] encode(HAProxyMessage message) {
    codec.writeOutbound(message);
    ByteBuf bytes = Objects.requireNonNull((ByteBuf) codec.readOutbound());
    try {
      return ByteBufUtil.getBytes(bytes);
    } finally {
      bytes.release();
    }
  }
}
