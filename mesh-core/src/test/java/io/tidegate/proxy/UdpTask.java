package io.tidegate.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A task that answers each datagram with its own name and what it got, as often as asked. */
final class UdpTask implements AutoCloseable {

  private final DatagramSocket socket;
  private final Thread thread;
  private final byte[] prefix;
  private final int answers;
  private final Set<Integer> ports = ConcurrentHashMap.newKeySet();
  private final AtomicInteger received = new AtomicInteger();

  private UdpTask(String prefix, int answers) {
    this(prefix, answers, 0);
  }

  private UdpTask(String prefix, int answers, int port) {
    this.prefix = prefix.getBytes(UTF_8);
    this.answers = answers;
    try {
      socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = Thread.ofPlatform().daemon().start(this::answerAll);
  }

  static UdpTask echo() {
    return new UdpTask("", 1);
  }

  static UdpTask named(String name) {
    return new UdpTask(name + " ", 1);
  }

  /** The same at a given port. */
  static UdpTask named(String name, int port) {
    return new UdpTask(name + " ", 1, port);
  }

  static UdpTask answering(int times) {
    return new UdpTask("", times);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /** How many datagrams came. */
  int received() {
    return received.get();
  }

  /** How many different senders there were. */
  int senders() {
    return ports.size();
  }

  private void answerAll() {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    try {
      while (true) {
        packet.setLength(65_536);
        socket.receive(packet);
        ports.add(packet.getPort());
        received.incrementAndGet();
        byte[] answer = Arrays.copyOf(prefix, prefix.length + packet.getLength());
        System.arraycopy(packet.getData(), 0, answer, prefix.length, packet.getLength());
        for (int i = 0; i < answers; i++) {
          socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      }
    } catch (IOException e) {
      // Closed: the test is over, or the task has died.
    }
  }

  @Override
  public void close() {
    socket.close();
    try {
      // The descriptor goes when the thread that receives has let go of it.
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
