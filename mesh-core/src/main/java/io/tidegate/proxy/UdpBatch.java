package io.tidegate.proxy;

/**
 * The way of a shard's datagrams from clients to tasks: received with one call, sent on with one
 * for each session. The way back is {@link UdpAnswers}.
 */
final class UdpBatch {

  /** Datagrams per system call. */
  static final int SIZE = 32;

  private final UdpCalls calls = new UdpCalls();
  private final UdpBuffers buffers = new UdpBuffers(calls, SIZE);
  private final UdpMessages fromClients;
  private final UdpMessages toTask = new UdpMessages(calls, SIZE, null);

  UdpBatch(UdpPacketInfo packetInfo) {
    fromClients = new UdpMessages(calls, SIZE, packetInfo);
    for (int i = 0; i < SIZE; i++) {
      fromClients.setBuffer(i, buffers.address(i), UdpBuffers.MAX_BYTES);
    }
  }

  /** Receives from a listener; returns how many, or the negated errno. */
  int receive(int fd) {
    int received = calls.receive(fd, fromClients.address(0), SIZE);
    for (int i = 0; i < received; i++) {
      fromClients.expectClient(i);
    }
    return received;
  }

  /** Reads who wrote the i-th datagram, and to which address. */
  void readClient(int i, UdpClient client) {
    fromClients.readClient(i, client);
  }

  /** Puts a datagram that was received into a place among those that go to one task. */
  void addToTask(int place, int received) {
    toTask.setBuffer(place, buffers.address(received), fromClients.received(received));
  }

  /** Sends those from one place on through a connected socket; returns how many, or -errno. */
  int sendToTask(int fd, int from, int count) {
    if (count == 1) {
      int sent = calls.sendOne(fd, toTask.buffer(from), toTask.length(from));
      return sent < 0 ? sent : 1;
    }
    return calls.send(fd, toTask.address(from), count);
  }

  /** Sends a single one behind a header; returns 1, or -errno. */
  int sendToTask(int fd, int place, byte[] header, UdpFirstDatagram first) {
    long offset = buffers.offset(toTask.buffer(place));
    int sent = first.send(fd, header, buffers.memory, offset, toTask.length(place));
    return sent < 0 ? sent : 1;
  }

  int lengthToTask(int place) {
    return toTask.length(place);
  }

  /** Copies one that goes to a task, for the case that it is not answered. */
  void keepUnanswered(int place, UdpUnanswered unanswered, UdpUnanswered.Place kept) {
    long offset = buffers.offset(toTask.buffer(place));
    unanswered.put(kept, buffers.memory, offset, toTask.length(place));
  }
}
