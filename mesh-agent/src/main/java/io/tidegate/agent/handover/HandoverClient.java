package io.tidegate.agent.handover;

import io.tidegate.kernel.UnixSocket;
import io.tidegate.proxy.PassedSocket;
import io.tidegate.routing.PublishedPort;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent on its way into the place of another one, which goes on meanwhile. */
public final class HandoverClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HandoverClient.class);

  /** For each step of the predecessor, which has nothing else to do for it. */
  private static final Duration STEP_LIMIT = Duration.ofSeconds(5);

  private final UnixSocket socket;
  private final String predecessor;
  private final List<PassedSocket> sockets;

  private HandoverClient(UnixSocket socket, String predecessor, List<PassedSocket> sockets) {
    this.socket = socket;
    this.predecessor = predecessor;
    this.sockets = List.copyOf(sockets);
  }

  /**
   * Asks the agent that has the place now, if there is one that can be asked; null if not, or if it
   * does not see this one as the same.
   *
   * @param file where it listens
   * @throws PlaceTakenException if another one is about to get the place
   */
  public static @Nullable HandoverClient ask(Path file, Instance own) throws PlaceTakenException {
    if (!Files.exists(file)) {
      return null;
    }
    UnixSocket socket;
    try {
      socket = UnixSocket.connect(file, STEP_LIMIT);
    } catch (IOException e) {
      LOG.debug("{}: nobody there: {}", file, e.getMessage());
      return null;
    }
    HandoverClient takeover = null;
    try {
      takeover = ask(socket, own);
      return takeover;
    } catch (InterruptedIOException e) {
      LOG.warn("hand-over: no answer at {} within {} s", file, STEP_LIMIT.toSeconds());
      return null;
    } catch (IOException e) {
      // It was there, and is no more: what it had, another one has now.
      throw new PlaceTakenException("hand-over: %s: %s".formatted(file, e.getMessage()));
    } finally {
      if (takeover == null) {
        closeQuietly(socket);
      }
    }
  }

  private static @Nullable HandoverClient ask(UnixSocket socket, Instance own)
      throws IOException, PlaceTakenException {
    UnixSocket.Peer peer = socket.peer();
    String objection = Users.objectionTo(peer);
    if (objection != null) {
      LOG.warn("hand-over: not asked for: {}", objection);
      return null;
    }
    new Message.Hello(Message.PROTOCOL, own).send(socket);
    Message answer = Message.receive(socket);
    if (answer instanceof Message.Granted(String version, List<PublishedPort> ports)) {
      String predecessor = "tidegate %s (pid %d)".formatted(version, peer.pid());
      return new HandoverClient(socket, predecessor, all(socket, ports));
    }
    onRefused(answer);
    return null;
  }

  private static void onRefused(Message answer) throws IOException, PlaceTakenException {
    if (!(answer instanceof Message.Refused(boolean isTaken, String why))) {
      throw new IOException("answered with " + answer);
    }
    if (isTaken) {
      throw new PlaceTakenException("hand-over: " + why);
    }
    LOG.info("hand-over: not to be had here: {}", why);
  }

  private static List<PassedSocket> all(UnixSocket socket, List<PublishedPort> ports)
      throws IOException {
    List<PassedSocket> sockets = new ArrayList<>();
    try {
      for (PublishedPort port : ports) {
        sockets.add(new PassedSocket(port, socket.receiveDescriptor()));
      }
      return sockets;
    } catch (IOException e) {
      sockets.forEach(PassedSocket::close);
      throw e;
    }
  }

  /** Who has the place until now, for people. */
  public String predecessor() {
    return predecessor;
  }

  /** All listening sockets of that one; the caller's to close. */
  public List<PassedSocket> sockets() {
    return sockets;
  }

  /**
   * Tells that this agent can serve, and waits until the other one listens no more.
   *
   * @return false if it does not say so: it has ended, or it did not wait so long
   */
  public boolean finish() {
    try {
      new Message.Ready().send(socket);
      return Message.receive(socket) instanceof Message.Done;
    } catch (IOException e) {
      LOG.debug("hand-over: {}: {}", predecessor, e.getMessage());
      return false;
    }
  }

  /** Before it is finished: leaves the place to the one that has it. */
  @Override
  public void close() {
    socket.shutdown();
    closeQuietly(socket);
  }

  private static void closeQuietly(UnixSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("hand-over: closing failed: {}", e.getMessage());
    }
  }
}
