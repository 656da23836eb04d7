package io.tidegate.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.tidegate.kernel.CallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/**
 * Asks the kernel for the way to an address (RTM_GETROUTE), as {@code ip route get} does: to one of
 * a namespace's own it is a local one. The answer is there when the question is sent, and since
 * Linux 4.14 neither waits for whoever changes networks meanwhile.
 */
final class AddressQuery {

  // From linux/netlink.h and linux/rtnetlink.h: struct nlmsghdr, struct rtmsg, one struct rtattr.
  private static final short RTM_NEWROUTE = 24;
  private static final short RTM_GETROUTE = 26;
  private static final short NLM_F_REQUEST = 1;
  private static final short RTA_DST = 1;
  private static final byte RTN_LOCAL = 2;

  private static final int TYPE = 4;
  private static final int FLAGS = 6;
  private static final int FAMILY = 16;
  private static final int DESTINATION_BITS = 17;
  private static final int ROUTE_TYPE = 23;
  private static final int HEADERS_BYTES = 28;
  private static final int ATTRIBUTE_TYPE = 30;
  private static final int ATTRIBUTE_HEADER_BYTES = 4;
  private static final int VALUE = 32;
  private static final int MOST_BYTES = VALUE + 16;

  // Memory for questions and what is looked at of answers: one per thread that ever asks.
  private static final ThreadLocal<MemorySegment> MESSAGE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(MOST_BYTES, Integer.BYTES));

  private AddressQuery() {}

  /**
   * Whether an address is one of the namespace's own.
   *
   * @param socket of the family AF_NETLINK, made in the namespace, that does not wait
   * @throws CallException if it could not be asked, or has not answered
   */
  static boolean isLocal(int socket, InetAddress address) throws CallException {
    MemorySegment message = MESSAGE.get();
    checked("send", Libc.send(socket, message, write(message, address.getAddress())));
    int length = checked("recv", Libc.receive(socket, message));
    return length > ROUTE_TYPE
        && message.get(JAVA_SHORT, TYPE) == RTM_NEWROUTE
        && message.get(JAVA_BYTE, ROUTE_TYPE) == RTN_LOCAL;
  }

  /** Writes the question and returns its length. */
  private static int write(MemorySegment message, byte[] address) {
    int length = VALUE + address.length;
    message.fill((byte) 0);
    message.set(JAVA_INT, 0, length);
    message.set(JAVA_SHORT, TYPE, RTM_GETROUTE);
    message.set(JAVA_SHORT, FLAGS, NLM_F_REQUEST);
    message.set(JAVA_BYTE, FAMILY, (byte) (address.length == 4 ? Libc.AF_INET : Libc.AF_INET6));
    message.set(JAVA_BYTE, DESTINATION_BITS, (byte) (address.length * Byte.SIZE));
    message.set(JAVA_SHORT, HEADERS_BYTES, (short) (ATTRIBUTE_HEADER_BYTES + address.length));
    message.set(JAVA_SHORT, ATTRIBUTE_TYPE, RTA_DST);
    MemorySegment.copy(address, 0, message, JAVA_BYTE, VALUE, address.length);
    return length;
  }

  private static int checked(String call, int result) throws CallException {
    if (result < 0) {
      throw new CallException("netlink: %s: %s".formatted(call, Errno.text(-result)), -result);
    }
    return result;
  }
}
