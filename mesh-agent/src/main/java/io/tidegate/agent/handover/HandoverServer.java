package io.tidegate.agent.handover;

import io.tidegate.kernel.UnixSocket;
import io.tidegate.proxy.PassedSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for an agent that takes this one's place, and gives it the place: all listening sockets
 * first, and once it can serve also the right to accept there.
 *
 * <pre>
 *   asked ──► sockets lent ──► successor ready ──► let go ──► done ──► this one drains
 *                  │  60 s at most, or it ends
 *                  ▼
 *             taken back: nothing has happened
 * </pre>
 */
public final class HandoverServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HandoverServer.class);

  private static final Duration STEP_LIMIT = Duration.ofSeconds(5);

  /** After a failure: an agent that asks waits for longer. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** From the descriptors to a table in force: a start of Java, and the engine's first answer. */
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);

  /** What there is to hand over, and what follows from it. On a thread of the server. */
  public interface Estate {

    /** Descriptors of all listening sockets, of which this process stays in charge. */
    List<PassedSocket> lend();

    /** The successor has given up. */
    void takeBack();

    /** Listens nowhere any more, so that the successor can. */
    void letGo();

    /** The successor knows. */
    void onDone();
  }

  private final Path file;
  private final Instance own;
  private final Estate estate;
  private final UnixSocket socket;
  private final AtomicBoolean isGiving = new AtomicBoolean();
  private volatile @Nullable UnixSocket successor;
  private volatile boolean hasGiven;
  private volatile boolean closed;

  private HandoverServer(Path file, Instance own, Estate estate, UnixSocket socket) {
    this.file = file;
    this.own = own;
    this.estate = estate;
    this.socket = socket;
  }

  /**
   * Listens.
   *
   * @param file in a folder that is made if need be; what nobody listens at is replaced
   * @throws IOException if somebody listens there, or the file cannot be made
   */
  public static HandoverServer start(Path file, Instance own, Estate estate) throws IOException {
    if (isHeard(file)) {
      throw new IOException(file + ": another agent listens there");
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    HandoverServer server = new HandoverServer(file, own, estate, UnixSocket.listen(file));
    Door door = () -> server.socket.accept(STEP_LIMIT);
    Thread.ofPlatform().daemon().name("handover").start(() -> server.acceptAll(door));
    return server;
  }

  private static boolean isHeard(Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    try (UnixSocket _ = UnixSocket.connect(file, STEP_LIMIT)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where others come in. */
  interface Door {
    UnixSocket next() throws IOException;
  }

  /** Until this is closed: what fails once, as without descriptors, may not fail later. */
  void acceptAll(Door door) {
    while (!closed) {
      try {
        UnixSocket client = door.next();
        Thread.ofPlatform().daemon().name("handover-to").start(() -> answer(client));
      } catch (IOException e) {
        if (!closed) {
          LOG.warn("hand-over: {}: nobody is heard now: {}", file, e.getMessage());
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }
  }

  private void answer(UnixSocket client) {
    try (client) {
      UnixSocket.Peer peer = client.peer();
      String objection = Users.objectionTo(peer);
      if (objection != null) {
        LOG.warn("hand-over: refused: {}", objection);
        return;
      }
      Message.Refused refusal = refusal(client);
      if (refusal != null) {
        refusal.send(client);
      } else {
        give(client, peer);
      }
    } catch (IOException e) {
      LOG.debug("hand-over: somebody left: {}", e.getMessage());
    }
  }

  /** Null, and the place reserved, if it is to be given. */
  private Message.@Nullable Refused refusal(UnixSocket client) throws IOException {
    if (!(Message.receive(client) instanceof Message.Hello(int protocol, Instance instance))) {
      throw new IOException("no hello");
    }
    if (protocol != Message.PROTOCOL) {
      return new Message.Refused(
          false, "protocol: %d (expected: %d)".formatted(protocol, Message.PROTOCOL));
    }
    String objection = own.objectionTo(instance);
    if (objection != null) {
      return new Message.Refused(false, objection);
    }
    return hasGiven || !isGiving.compareAndSet(false, true)
        ? new Message.Refused(true, "another agent is taking over")
        : null;
  }

  private void give(UnixSocket client, UnixSocket.Peer peer) {
    successor = client;
    List<PassedSocket> lent = estate.lend();
    try {
      long startNanos = System.nanoTime();
      LOG.info("hand-over: {} sockets to pid {}", lent.size(), peer.pid());
      offer(client, lent);
      awaitReady(client);
      hasGiven = true;
      estate.letGo();
      // The next one to ask is the successor's to answer.
      stop();
      tellDone(client);
      LOG.info(
          "hand-over: done after {} s: the other agent takes the clients from now on",
          Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1e3);
    } catch (IOException e) {
      LOG.warn("hand-over: given up, this agent goes on: {}", e.getMessage());
    } finally {
      lent.forEach(PassedSocket::close);
      successor = null;
      if (hasGiven) {
        estate.onDone();
      } else {
        estate.takeBack();
      }
      isGiving.set(false);
    }
  }

  private void offer(UnixSocket client, List<PassedSocket> lent) throws IOException {
    new Message.Granted(own.version(), lent.stream().map(PassedSocket::port).toList()).send(client);
    for (PassedSocket socketLent : lent) {
      client.sendDescriptor(socketLent.fd());
    }
  }

  private static void awaitReady(UnixSocket client) throws IOException {
    client.limit(READY_LIMIT);
    Message message = Message.receive(client);
    if (!(message instanceof Message.Ready)) {
      throw new IOException("not ready but " + message);
    }
  }

  private static void tellDone(UnixSocket client) {
    try {
      new Message.Done().send(client);
    } catch (IOException e) {
      // It sees by the end of this process that the place is free.
      LOG.warn("hand-over: the other agent does not hear that it is done: {}", e.getMessage());
    }
  }

  /** Whether another agent has the sockets, and is not ready yet. */
  public boolean isGiving() {
    return isGiving.get();
  }

  private void stop() {
    closed = true;
    socket.shutdown();
  }

  /** Waits for nobody any more. The file is left to a successor that has the place. */
  @Override
  public void close() {
    stop();
    UnixSocket waiting = successor;
    if (waiting != null) {
      waiting.shutdown();
    }
    try {
      socket.close();
      if (!hasGiven) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.debug("hand-over: {}: {}", file, e.getMessage());
    }
  }
}
