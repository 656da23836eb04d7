package io.tidegate.proxy;

import io.tidegate.header.Ends;
import io.tidegate.kernel.Errno;
import io.tidegate.kernel.SockAddr;
import io.tidegate.kernel.TcpSocket;
import io.tidegate.metrics.Imitated;
import io.tidegate.routing.Endpoint;
import io.tidegate.routing.Fallback;
import io.tidegate.routing.Reach;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials a task of this node from its client's own address and port, so that it sees who has
 * connected. For those routes alone that ask for it.
 *
 * <pre>
 *   address and port ──► address, other port ──► as the route's fallback says
 *                in use                   in use
 * </pre>
 */
final class Imitation {

  private static final Logger LOG = LoggerFactory.getLogger(Imitation.class);

  private Imitation() {}

  /**
   * Why a task cannot be dialled from its client's address; null if that is worth an attempt.
   *
   * @param client null where nobody knows
   */
  static @Nullable Imitated obstacle(
      Transparency node, Endpoint endpoint, @Nullable InetSocketAddress client) {
    if (endpoint.reach().kind() != Reach.Kind.LOCAL) {
      return Imitated.NO_AGENT;
    }
    if (client == null) {
      return Imitated.NO_ADDRESS;
    }
    if (node.obstacle() != null) {
      return Imitated.UNABLE;
    }
    if (node.isNear(client.getAddress())) {
      return Imitated.NEAR;
    }
    boolean isOneFamily =
        Ends.isIpv4(client) == Ends.isIpv4(Objects.requireNonNull(endpoint.address()));
    return isOneFamily ? null : Imitated.FAMILY;
  }

  /**
   * Counts what came of it.
   *
   * @throws NotTransparentException if nothing did, and the route refuses such clients
   */
  static void count(ServedRoute served, Imitated result) throws NotTransparentException {
    served.counters.imitated(result).increment();
    Fallback fallback = served.route.policy().clientAddress().fallback();
    if (!result.isDone() && fallback == Fallback.REFUSE) {
      throw new NotTransparentException(result);
    }
  }

  /**
   * Begins to connect to a task from its client's address.
   *
   * @param speaks whether the client has said something that goes along
   * @return null if that cannot be, and the route's fallback is in force
   * @throws NotTransparentException if the route refuses such clients
   * @throws IOException if the connect failed for another reason; nothing is left open
   */
  static @Nullable Begun connect(
      Shard shard,
      ServedRoute served,
      Endpoint endpoint,
      SockAddr task,
      @Nullable Ends ends,
      boolean speaks)
      throws IOException {
    InetSocketAddress client = ends == null ? null : ends.source();
    Imitated obstacle = obstacle(shard.transparency(), endpoint, client);
    if (obstacle == null && client != null) {
      return connect(served, task, client, speaks);
    }
    count(served, Objects.requireNonNull(obstacle));
    return null;
  }

  private static @Nullable Begun connect(
      ServedRoute served, SockAddr task, InetSocketAddress client, boolean speaks)
      throws IOException {
    Imitated result = Imitated.EXACT;
    Begun begun = null;
    try {
      begun = begin(task, client, speaks);
      if (begun == null) {
        result = Imitated.OTHER_PORT;
        begun = begin(task, new InetSocketAddress(client.getAddress(), 0), speaks);
      }
      result = begun == null ? Imitated.IN_USE : result;
    } catch (UnableException e) {
      LOG.debug("{}: {}", served.route.port(), e.getMessage());
      result = Imitated.UNABLE;
    }
    count(served, result);
    return begun;
  }

  /** A connect under way, or done. */
  record Begun(TcpSocket socket, boolean isConnected) {}

  /** The kernel does not let this process do it. */
  static final class UnableException extends Exception {

    private static final long serialVersionUID = 1;

    UnableException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Null if the address cannot be had now. */
  private static @Nullable Begun begin(SockAddr task, InetSocketAddress client, boolean speaks)
      throws IOException, UnableException {
    TcpSocket socket = TcpSocket.open(task.isIpv6());
    boolean isKept = false;
    try {
      setTransparent(socket, task.isIpv6());
      if (!bind(socket, client)) {
        return null;
      }
      if (speaks) {
        socket.acknowledgeWithData();
      }
      Begun begun = new Begun(socket, socket.connect(task));
      isKept = true;
      return begun;
    } catch (IOException e) {
      if (Errno.isInUse(e)) {
        return null;
      }
      throw e;
    } finally {
      if (!isKept) {
        socket.close();
      }
    }
  }

  private static void setTransparent(TcpSocket socket, boolean ipv6) throws UnableException {
    try {
      socket.setTransparent(ipv6);
    } catch (IOException e) {
      throw new UnableException(e);
    }
  }

  /** Whether the address was to be had; a port below 1024 may be for the privileged alone. */
  private static boolean bind(TcpSocket socket, InetSocketAddress client) {
    try (Arena arena = Arena.ofConfined()) {
      socket.bind(new SockAddr(client, arena));
      return true;
    } catch (IOException e) {
      LOG.debug("{}: {}", client, e.getMessage());
      return false;
    }
  }
}
