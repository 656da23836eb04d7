package io.tidegate.proxy;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The memory through which a shard's datagrams pass: as many buffers as one system call moves, and
 * the arrays that tell the kernel of them, one for each way that a datagram goes. They are written
 * once; a datagram costs a length here and there.
 *
 * <pre>
 *   fromClients ──► buffers ──► toTask        name and control tell who wrote and to which address
 *      toClient ◄── buffers ◄── fromTask      … and are written back for the answers
 * </pre>
 */
final class UdpBatch {

  /** Datagrams per system call. */
  static final int SIZE = 32;

  /** The largest datagram there is, and room to spare. */
  static final int MAX_BYTES = 65_536;

  // Apart by more than a power of two, or all datagrams would share the same few lines of cache.
  private static final int STRIDE = MAX_BYTES + 128;

  // struct mmsghdr, struct iovec, struct sockaddr_in6, struct cmsghdr with struct in6_pktinfo, all
  // 64-bit.
  private static final int MESSAGE_BYTES = 64;
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int IOVEC = 16;
  private static final int IOVEC_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int LENGTH = 56;
  private static final int IOVEC_BYTES = 16;
  private static final int NAME_BYTES = 32;
  private static final int CONTROL_BYTES = 64;
  private static final int WAYS = 4;

  private final UdpCalls calls = new UdpCalls();
  private final UdpPacketInfo packetInfo;
  private final MemorySegment memory;
  // Offsets into the memory.
  private final int fromClients = 0;
  private final int toTask = SIZE * MESSAGE_BYTES;
  private final int fromTask = 2 * SIZE * MESSAGE_BYTES;
  private final int toClient = 3 * SIZE * MESSAGE_BYTES;
  private final int iovecs = WAYS * SIZE * MESSAGE_BYTES;
  private final int names = iovecs + WAYS * SIZE * IOVEC_BYTES;
  private final int controls = names + (SIZE + 1) * NAME_BYTES;
  private final int buffers = controls + (SIZE + 1) * CONTROL_BYTES;

  UdpBatch(UdpPacketInfo packetInfo) {
    this.packetInfo = packetInfo;
    memory = calls.map(buffers + (SIZE + 1L) * STRIDE);
    for (int i = 0; i < SIZE; i++) {
      prepare(fromClients, i, i, i);
      prepare(toTask, i, -1, -1);
      prepare(fromTask, i, -1, -1);
      // All answers of a batch go to the same client: they share one name and one control.
      prepare(toClient, i, SIZE, SIZE);
    }
    packetInfo.prepare(memory, controls + SIZE * CONTROL_BYTES);
  }

  private void prepare(int way, int i, int name, int control) {
    int message = way + i * MESSAGE_BYTES;
    int iovec = iovecs + message / MESSAGE_BYTES * IOVEC_BYTES;
    setLong(iovec, bufferAddress(i));
    setLong(iovec + 8, MAX_BYTES);
    setLong(message + IOVEC, addressOf(iovec));
    setLong(message + IOVEC_COUNT, 1);
    if (name >= 0) {
      setLong(message + NAME, addressOf(names + name * NAME_BYTES));
      setInt(message + NAME_LENGTH, packetInfo.nameBytes());
      setLong(message + CONTROL, addressOf(controls + control * CONTROL_BYTES));
      setLong(message + CONTROL_LENGTH, packetInfo.controlBytes());
    }
  }

  // --- from clients to a task ---

  /** Receives from a listener; returns how many, or the negated errno. */
  int receiveFromClients(int fd) {
    int received = calls.receive(fd, addressOf(fromClients), SIZE);
    for (int i = 0; i < received; i++) {
      // The kernel has written the lengths over; it wants to know the capacities again.
      int message = fromClients + i * MESSAGE_BYTES;
      setInt(message + NAME_LENGTH, packetInfo.nameBytes());
      setLong(message + CONTROL_LENGTH, packetInfo.controlBytes());
    }
    return received;
  }

  /** Reads who wrote the i-th datagram, and to which address. */
  void readClient(int i, UdpClient client) {
    packetInfo.read(memory, names + i * NAME_BYTES, controls + i * CONTROL_BYTES, client);
  }

  /** Bytes of the i-th datagram that a listener received. */
  int lengthFromClient(int i) {
    return getInt(fromClients + i * MESSAGE_BYTES + LENGTH);
  }

  /** Puts the received datagram into a place among those that go to one task. */
  void addToTask(int place, int received) {
    int iovec = iovecs + (SIZE + place) * IOVEC_BYTES;
    setLong(iovec, bufferAddress(received));
    setLong(iovec + 8, lengthFromClient(received));
  }

  /** Sends those from one place on through a connected socket; returns how many, or -errno. */
  int sendToTask(int fd, int from, int count) {
    if (count == 1) {
      int iovec = iovecs + (SIZE + from) * IOVEC_BYTES;
      int sent = calls.sendOne(fd, getLong(iovec), lengthToTask(from));
      return sent < 0 ? sent : 1;
    }
    return calls.send(fd, addressOf(toTask + from * MESSAGE_BYTES), count);
  }

  int lengthToTask(int place) {
    return getInt(iovecs + (SIZE + place) * IOVEC_BYTES + 8);
  }

  /** Copies one that goes to a task, for the case that it is not answered. */
  void keepUnanswered(int place, UdpUnanswered unanswered, UdpUnanswered.Place kept) {
    long offset = getLong(iovecs + (SIZE + place) * IOVEC_BYTES) - memory.address();
    unanswered.put(kept, memory, offset, lengthToTask(place));
  }

  // --- from a task to its client ---

  /** Receives one datagram from a connected socket; returns 1, or the negated errno. */
  int receiveOneFromTask(int fd) {
    int length = calls.receiveOne(fd, bufferAddress(0), MAX_BYTES);
    if (length < 0) {
      return length;
    }
    setInt(fromTask + LENGTH, length);
    return 1;
  }

  /** Receives from a connected socket; returns how many, or the negated errno. */
  int receiveFromTask(int fd) {
    return calls.receive(fd, addressOf(fromTask), SIZE);
  }

  /** Takes an ICMP message out of a connected socket's error queue, where there is one. */
  void dropError(int fd) {
    calls.dropError(fd, bufferAddress(SIZE), MAX_BYTES);
  }

  /** Turns what was received from a task into answers to the client. */
  void addressToClient(UdpClient client, int count) {
    packetInfo.write(memory, names + SIZE * NAME_BYTES, controls + SIZE * CONTROL_BYTES, client);
    for (int i = 0; i < count; i++) {
      int length = getInt(fromTask + i * MESSAGE_BYTES + LENGTH);
      setLong(iovecs + (3 * SIZE + i) * IOVEC_BYTES + 8, length);
    }
  }

  /** Sends the answers from one on through the listener; returns how many, or -errno. */
  int sendToClient(int fd, int from, int count) {
    return calls.send(fd, addressOf(toClient + from * MESSAGE_BYTES), count);
  }

  int lengthToClient(int i) {
    return getInt(iovecs + (3 * SIZE + i) * IOVEC_BYTES + 8);
  }

  // --- memory ---

  private long bufferAddress(int i) {
    return addressOf(buffers) + (long) i * STRIDE;
  }

  private long addressOf(int offset) {
    return memory.address() + offset;
  }

  private int getInt(int offset) {
    return memory.get(JAVA_INT_UNALIGNED, offset);
  }

  private long getLong(int offset) {
    return memory.get(JAVA_LONG_UNALIGNED, offset);
  }

  private void setInt(int offset, int value) {
    memory.set(JAVA_INT_UNALIGNED, offset, value);
  }

  private void setLong(int offset, long value) {
    memory.set(JAVA_LONG_UNALIGNED, offset, value);
  }
}
