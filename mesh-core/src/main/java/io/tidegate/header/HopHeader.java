package io.tidegate.header;

import io.tidegate.header.ProxyHeaders.Tlv;
import io.tidegate.routing.HopKey;
import io.tidegate.routing.Protocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who is passed to which task: a PROXY protocol header of version 2 whose values (TLVs) come in one
 * order, the last being the seal.
 *
 * @param ends of the client's connection; null for a connect without one, a probe
 * @param udpPort of the asking agent's socket for a UDP session, whose ends are known; {@link
 *     #NO_UDP} for a connection
 * @param publishedPort whose client it is
 * @param connectionId unique among all connections
 * @param caller id of the node whose agent asks
 */
public record HopHeader(
    @Nullable Ends ends,
    int udpPort,
    int publishedPort,
    String serviceId,
    String taskId,
    String connectionId,
    String caller) {

  /** In place of a UDP port. */
  public static final int NO_UDP = 0;

  /** No header is longer. */
  public static final int MOST_BYTES = 512;

  /** As many tell how long the header is. */
  public static final int PREFIX_BYTES = 16;

  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final byte LOCAL = 0x20;
  private static final byte PROXY = 0x21;
  private static final byte UNSPECIFIED = 0x00;
  private static final byte TCP_OVER_IPV4 = 0x11;
  private static final byte UDP_OVER_IPV4 = 0x12;
  private static final byte TCP_OVER_IPV6 = 0x21;
  private static final byte UDP_OVER_IPV6 = 0x22;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;
  private static final int TLV_BYTES = 3;

  private static final int PUBLISHED_PORT = 0xe8;
  private static final int CALLER = 0xe9;
  private static final int SEAL = 0xea;
  private static final int UDP_PORT = 0xeb;
  private static final int SEAL_TLV_BYTES = TLV_BYTES + HopProtocol.SEAL_BYTES;

  public HopHeader {
    if (ends == null && udpPort != NO_UDP) {
      throw new IllegalArgumentException("UDP port " + udpPort + " without ends (expected: both)");
    }
  }

  /** By which the client has come. */
  public Protocol protocol() {
    return udpPort == NO_UDP ? Protocol.TCP : Protocol.UDP;
  }

  /** The header's bytes, with a seal that answers a challenge. */
  public byte[] sealed(HopKey key, byte[] challenge) {
    ByteBuffer out = ByteBuffer.allocate(MOST_BYTES);
    out.put(SIGNATURE).put(ends == null ? LOCAL : PROXY);
    out.put(family()).putShort((short) 0);
    putAddresses(out);
    put(out, Tlv.UNIQUE_ID, connectionId);
    put(out, Tlv.SERVICE_ID, serviceId);
    put(out, Tlv.TASK_ID, taskId);
    put(out, PUBLISHED_PORT, String.valueOf(publishedPort));
    put(out, CALLER, caller);
    if (udpPort != NO_UDP) {
      put(out, UDP_PORT, String.valueOf(udpPort));
    }
    int length = out.position();
    out.putShort(PREFIX_BYTES - Short.BYTES, (short) (length + SEAL_TLV_BYTES - PREFIX_BYTES));
    byte[] seal = HopProtocol.seal(key, challenge, out.array(), length);
    put(out, SEAL, seal);
    return Arrays.copyOf(out.array(), out.position());
  }

  private byte family() {
    if (ends == null) {
      return UNSPECIFIED;
    }
    boolean ipv4 = ends.areIpv4();
    return switch (protocol()) {
      case TCP -> ipv4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6;
      case UDP -> ipv4 ? UDP_OVER_IPV4 : UDP_OVER_IPV6;
    };
  }

  private void putAddresses(ByteBuffer out) {
    if (ends != null) {
      int bytes = ends.areIpv4() ? IPV4_BYTES : IPV6_BYTES;
      putHost(out, ends.source(), bytes);
      putHost(out, ends.destination(), bytes);
      out.putShort((short) ends.source().getPort()).putShort((short) ends.destination().getPort());
    }
  }

  /** An address of IPv4 among those of IPv6 is written as {@code ::ffff:a.b.c.d}. */
  private static void putHost(ByteBuffer out, InetSocketAddress address, int bytes) {
    byte[] host = address.getAddress().getAddress();
    if (host.length < bytes) {
      out.putLong(0).putInt(0xffff);
    }
    out.put(host);
  }

  private static void put(ByteBuffer out, int type, String value) {
    put(out, type, value.getBytes(StandardCharsets.UTF_8));
  }

  private static void put(ByteBuffer out, int type, byte[] value) {
    out.put((byte) type).putShort((short) value.length).put(value);
  }

  /**
   * How long a header is.
   *
   * @param bytes at least the first {@link #PREFIX_BYTES} of it
   * @throws HopHeaderException if it is none, or too long
   */
  public static int length(byte[] bytes) throws HopHeaderException {
    if (!Arrays.equals(bytes, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      throw new HopHeaderException("no PROXY protocol header of version 2");
    }
    int rest = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(PREFIX_BYTES - Short.BYTES));
    if (rest < SEAL_TLV_BYTES || rest > MOST_BYTES - PREFIX_BYTES) {
      throw new HopHeaderException(
          "%d bytes behind the first %d (expected: %d to %d)"
              .formatted(rest, PREFIX_BYTES, SEAL_TLV_BYTES, MOST_BYTES - PREFIX_BYTES));
    }
    return PREFIX_BYTES + rest;
  }

  /**
   * Reads a whole header. What it says is to be believed only if {@link #isSealed}.
   *
   * @throws HopHeaderException naming what is wrong with it
   */
  public static HopHeader read(byte[] bytes) throws HopHeaderException {
    try {
      ByteBuffer in = ByteBuffer.wrap(bytes).position(SIGNATURE.length);
      byte command = in.get();
      byte family = in.get();
      in.getShort();
      Ends ends = readEnds(in, command, family);
      String connectionId = text(in, Tlv.UNIQUE_ID);
      String serviceId = text(in, Tlv.SERVICE_ID);
      String taskId = text(in, Tlv.TASK_ID);
      int publishedPort = port("published port", text(in, PUBLISHED_PORT));
      String caller = text(in, CALLER);
      int udpPort = isUdp(family) ? port("UDP port", text(in, UDP_PORT)) : NO_UDP;
      if (value(in, SEAL).length != HopProtocol.SEAL_BYTES || in.hasRemaining()) {
        throw new HopHeaderException("the seal is not its end");
      }
      return new HopHeader(ends, udpPort, publishedPort, serviceId, taskId, connectionId, caller);
    } catch (BufferUnderflowException e) {
      throw new HopHeaderException("a value is longer than what is there");
    }
  }

  private static @Nullable Ends readEnds(ByteBuffer in, byte command, byte family)
      throws HopHeaderException {
    if (command == LOCAL && family == UNSPECIFIED) {
      return null;
    }
    boolean ipv4 = family == TCP_OVER_IPV4 || family == UDP_OVER_IPV4;
    if (command != PROXY || !(ipv4 || family == TCP_OVER_IPV6 || family == UDP_OVER_IPV6)) {
      throw new HopHeaderException(
          "command %#x and family %#x (expected: LOCAL, or PROXY with TCP or UDP)"
              .formatted(command, family));
    }
    byte[] source = new byte[ipv4 ? IPV4_BYTES : IPV6_BYTES];
    byte[] destination = source.clone();
    in.get(source).get(destination);
    return new Ends(address(source, in.getShort()), address(destination, in.getShort()));
  }

  private static boolean isUdp(byte family) {
    return family == UDP_OVER_IPV4 || family == UDP_OVER_IPV6;
  }

  private static InetSocketAddress address(byte[] host, short port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(host), Short.toUnsignedInt(port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  private static String text(ByteBuffer in, int type) throws HopHeaderException {
    try {
      ByteBuffer value = ByteBuffer.wrap(value(in, type));
      return StandardCharsets.UTF_8.newDecoder().decode(value).toString();
    } catch (CharacterCodingException e) {
      throw new HopHeaderException("value of type %#x is no UTF-8".formatted(type));
    }
  }

  private static int port(String what, String text) throws HopHeaderException {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    if (port < 1 || port > 65_535) {
      throw new HopHeaderException(what + " " + text + " (expected: 1 to 65535)");
    }
    return port;
  }

  private static byte[] value(ByteBuffer in, int type) throws HopHeaderException {
    int found = Byte.toUnsignedInt(in.get());
    if (found != type) {
      throw new HopHeaderException("value of type %#x (expected: %#x)".formatted(found, type));
    }
    int length = Short.toUnsignedInt(in.getShort());
    if (length > in.remaining()) {
      throw new HopHeaderException("a value is longer than what is there");
    }
    byte[] value = new byte[length];
    in.get(value);
    return value;
  }

  /** Whether the bytes of a header end with the seal that answers a challenge. */
  public static boolean isSealed(byte[] bytes, HopKey key, byte[] challenge) {
    int length = bytes.length - SEAL_TLV_BYTES;
    byte[] expected = HopProtocol.seal(key, challenge, bytes, length);
    byte[] found = Arrays.copyOfRange(bytes, length + TLV_BYTES, bytes.length);
    return MessageDigest.isEqual(expected, found);
  }
}
