package io.tidegate.routing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of addresses, of IPv4 or of IPv6. All are compared as addresses of IPv6, those of IPv4 as
 * a socket of both families has them ({@code ::ffff:192.0.2.1}), so that it does not matter by
 * which a client came. Prints as {@code 10.0.0.0/8}.
 *
 * @param network the first 64 bits of the first address
 * @param host the other 64
 * @param length how many of the 128 bits count
 */
public record Cidr(long network, long host, int length) {

  private static final int BITS = 128;
  private static final int BITS_OF_IPV4 = 32;
  private static final int BYTES_OF_IPV4 = 4;
  private static final long MAPPED = 0xffffL << 32;
  private static final Pattern TEXT =
      Pattern.compile("([0-9]+(?:[.][0-9]+){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:/([0-9]{1,3}))?");
  private static final String EXPECTED =
      "an address, or a block of them as in 10.0.0.0/8 or fd00::/8";

  /** The address that nobody has: {@code ::}. */
  public static final Cidr NOBODY = new Cidr(0, 0, BITS);

  public Cidr {
    if (length < 0 || length > BITS) {
      throw new IllegalArgumentException(length + " (expected: 0 to " + BITS + ")");
    }
    if ((network & ~networkMask(length)) != 0 || (host & ~hostMask(length)) != 0) {
      throw new IllegalArgumentException(
          "bits behind the first " + length + " (expected: none that is set)");
    }
  }

  /**
   * Parses {@code 10.0.0.0/8}, {@code fd00::/8}, or one address.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static Cidr parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw unexpected(text, EXPECTED);
    }
    InetAddress address = address(text, parts.group(1));
    int most = address.getAddress().length * Byte.SIZE;
    int length = parts.group(2) == null ? most : Integer.parseInt(parts.group(2));
    if (length > most) {
      throw unexpected(text, "a length of at most " + most);
    }
    Cidr block = of(address, length);
    if (!block.isFirst(address)) {
      throw unexpected(text, block + ", or a greater length");
    }
    return block;
  }

  private static InetAddress address(String text, String address) {
    try {
      return InetAddress.ofLiteral(address);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s (expected: %s)".formatted(text, EXPECTED), e);
    }
  }

  private static IllegalArgumentException unexpected(String text, String expected) {
    return new IllegalArgumentException("%s (expected: %s)".formatted(text, expected));
  }

  /**
   * The block in which an address is.
   *
   * @param length how many bits of the address count, of 32 or 128
   */
  public static Cidr of(InetAddress address, int length) {
    byte[] bytes = address.getAddress();
    return bytes.length == BYTES_OF_IPV4
        ? of(0, MAPPED | number(bytes, 0, BYTES_OF_IPV4), length + BITS - BITS_OF_IPV4)
        : of(number(bytes, 0, Long.BYTES), number(bytes, Long.BYTES, Long.BYTES), length);
  }

  /** One address alone. */
  public static Cidr of(InetAddress address) {
    return of(address, address.getAddress().length * Byte.SIZE);
  }

  private static Cidr of(long network, long host, int length) {
    return new Cidr(network & networkMask(length), host & hostMask(length), length);
  }

  private boolean isFirst(InetAddress address) {
    Cidr alone = of(address);
    return alone.network == network && alone.host == host;
  }

  /** Whether an address, in the form in which all are compared, is one of the block's. */
  public boolean contains(long addressNetwork, long addressHost) {
    return (addressNetwork & networkMask(length)) == network
        && (addressHost & hostMask(length)) == host;
  }

  private static long networkMask(int length) {
    return mask(Math.min(length, Long.SIZE));
  }

  private static long hostMask(int length) {
    return mask(Math.max(length - Long.SIZE, 0));
  }

  private static long mask(int bits) {
    return bits == 0 ? 0 : -1L << (Long.SIZE - bits);
  }

  private static long number(byte[] bytes, int from, int count) {
    long number = 0;
    for (int i = from; i < from + count; i++) {
      number = (number << Byte.SIZE) | (bytes[i] & 0xff);
    }
    return number;
  }

  @Override
  public String toString() {
    boolean isIpv4 = network == 0 && host >>> BITS_OF_IPV4 == MAPPED >>> BITS_OF_IPV4;
    boolean isBlockOfIpv4 = isIpv4 && length >= BITS - BITS_OF_IPV4;
    byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(network).putLong(host).array();
    byte[] address = isBlockOfIpv4 ? Arrays.copyOfRange(bytes, 12, bytes.length) : bytes;
    try {
      return InetAddress.getByAddress(address).getHostAddress()
          + "/"
          + (isBlockOfIpv4 ? length - BITS + BITS_OF_IPV4 : length);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }
}
