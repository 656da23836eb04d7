package io.tidegate.proxy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.tidegate.kernel.UdpCalls;
import java.lang.foreign.MemorySegment;

/**
 * The way of a shard's datagrams from clients to tasks: received with one call, sent on with one
 * for each session. The way back is {@link UdpAnswers}.
 */
final class UdpBatch {

  /** Datagrams per system call. */
  static final int SIZE = 32;

  private final UdpCalls calls = new UdpCalls();
  private final UdpBuffers buffers = new UdpBuffers(calls, SIZE + UdpWaiting.MOST_DATAGRAMS);
  private final UdpMessages fromClients;
  private final UdpMessages toTask = new UdpMessages(calls, SIZE, null);

  UdpBatch(UdpPacketInfo packetInfo) {
    fromClients = new UdpMessages(calls, SIZE, packetInfo);
    for (int i = 0; i < SIZE; i++) {
      fromClients.setBuffer(i, buffers.address(i), UdpBuffers.MAX_BYTES);
      fromClients.expectClient(i);
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

  /** The same for a socket that is told each datagram's port. */
  void readAsking(int i, UdpClient client) {
    fromClients.readAsking(i, client);
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

  /** Takes what a socket has received so far, and drops it. */
  void discard(int fd) {
    int received;
    do {
      received = receive(fd);
    } while (received > 0);
  }

  /** Takes an ICMP message out of a connected socket's error queue, where there is one. */
  void dropError(int fd) {
    calls.dropError(fd, buffers.address(0), UdpBuffers.MAX_BYTES);
  }

  /** A copy of one that goes to a task. */
  byte[] copyToTask(int place) {
    byte[] copy = new byte[toTask.length(place)];
    long offset = buffers.offset(toTask.buffer(place));
    MemorySegment.copy(buffers.memory, JAVA_BYTE, offset, copy, 0, copy.length);
    return copy;
  }

  /**
   * Puts a datagram that was copied into a place among those that go to one task; {@link
   * UdpWaiting#MOST_DATAGRAMS} at the most. What was received with one call is left alone: some of
   * it may be on its way to other tasks.
   */
  void addToTask(int place, byte[] datagram) {
    long address = buffers.address(SIZE + place);
    MemorySegment.copy(
        datagram, 0, buffers.memory, JAVA_BYTE, buffers.offset(address), datagram.length);
    toTask.setBuffer(place, address, datagram.length);
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
