package io.tidegate.agent.linux;

import io.tidegate.kernel.CallException;
import io.tidegate.proxy.UpstreamSockets;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens sockets in other network namespaces: the calling thread enters the namespace, creates the
 * socket and comes back. A socket belongs for ever to the namespace in which it was created, so the
 * descriptor then works on any thread.
 *
 * <p>The namespace is opened by its path on every call: Docker makes a new namespace at the same
 * path whenever it restarts, and a descriptor that is kept would go on dialling from the dead one.
 */
public final class NetworkNamespaces implements UpstreamSockets {

  private static final Logger LOG = LoggerFactory.getLogger(NetworkNamespaces.class);

  private static final String OWN = "/proc/thread-self/ns/net";
  // TCP, UDP, and of netlink the one for routes.
  private static final int USUAL_PROTOCOL = 0;
  private static final int FLAGS = Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;

  private static final int ANSWER_MILLIS = 1_000;

  private final int ownNamespace;

  /**
   * Remembers the namespace of the calling thread as the agent's own.
   *
   * @throws IOException if /proc cannot be read
   */
  public NetworkNamespaces() throws IOException {
    ownNamespace = open(OWN);
  }

  @Override
  public int openStream(String namespace, boolean ipv6) throws IOException {
    return open(namespace, family(ipv6), Libc.SOCK_STREAM);
  }

  @Override
  public int openDatagram(String namespace, boolean ipv6) throws IOException {
    return open(namespace, family(ipv6), Libc.SOCK_DGRAM);
  }

  private static int family(boolean ipv6) {
    return ipv6 ? Libc.AF_INET6 : Libc.AF_INET;
  }

  /** No socket is kept for it: one would keep a namespace that has ended. */
  @Override
  public boolean holds(String namespace, InetAddress address) throws IOException {
    try {
      return areLocal(open(namespace, Libc.AF_NETLINK, Libc.SOCK_DGRAM), List.of(address));
    } catch (CallException e) {
      if (isGone(e)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean areLocal(int netlink, Collection<? extends InetAddress> addresses)
      throws CallException {
    try {
      for (InetAddress address : addresses) {
        if (!AddressQuery.isLocal(netlink, address)) {
          return false;
        }
      }
      return true;
    } finally {
      Libc.close(netlink);
    }
  }

  /** Docker unmounts a namespace that has ended, and removes the file a moment later. */
  private static boolean isGone(CallException e) {
    return e.errno() == Errno.ENOENT || e.errno() == Errno.EINVAL;
  }

  private int open(String namespace, int family, int type) throws IOException {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException(
          "a socket opened on a virtual thread: its carrier would change the namespace, not the thread");
    }
    enter(namespace);
    int socket = Libc.socket(family, type | FLAGS, USUAL_PROTOCOL);
    goBack(namespace);
    return checked(namespace, "socket", socket);
  }

  /**
   * Tells whether sockets can be opened in a namespace, by entering it. May be called from any
   * thread: a platform thread is made for it and ends there.
   *
   * @throws IOException naming the namespace and what failed
   */
  public static void check(Path namespace) throws IOException {
    inside(namespace, () -> namespace);
  }

  /**
   * Which namespace is at a path now; another one has another identity.
   *
   * @throws NoSuchFileException if there is none
   */
  public static String identity(Path namespace) throws IOException {
    Map<String, Object> file = Files.readAttributes(namespace, "unix:dev,ino");
    return file.get("dev") + ":" + file.get("ino");
  }

  /**
   * Like {@link #holds}, from any thread, and a namespace that is not there is an error.
   *
   * @throws IOException naming the namespace and what failed
   */
  public static boolean isHeld(Path namespace, InetAddress address) throws IOException {
    return areHeld(namespace, List.of(address));
  }

  /**
   * The same of several addresses, by one socket: whether all are the namespace's own.
   *
   * @throws IOException naming the namespace and what failed
   */
  public static boolean areHeld(Path namespace, Collection<? extends InetAddress> addresses)
      throws IOException {
    return inside(
        namespace,
        () -> {
          int socket = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_DGRAM | FLAGS, USUAL_PROTOCOL);
          return areLocal(checked(namespace.toString(), "socket", socket), addresses);
        });
  }

  /**
   * Does something inside a namespace, on a platform thread that is made for it and ends there: a
   * process that it starts belongs to that namespace. May be called from any thread.
   *
   * @throws IOException that of the action, or naming the namespace where it cannot be entered
   */
  static <T> T inside(Path namespace, Callable<T> action) throws IOException {
    FutureTask<T> inside =
        new FutureTask<>(
            () -> {
              enter(namespace.toString());
              return action.call();
            });
    Thread.ofPlatform().name("tidegate-in-namespace").daemon().start(inside);
    try {
      return inside.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof IOException failure ? failure : new IOException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(namespace + ": interrupted");
    }
  }

  /**
   * Whether somebody listens at an address inside a namespace. Takes a second where nobody answers.
   *
   * @throws IOException naming the namespace, if it cannot be entered
   */
  public static boolean isHeard(Path namespace, InetSocketAddress address) throws IOException {
    return inside(
        namespace,
        () -> {
          try (Socket socket = new Socket()) {
            socket.connect(address, ANSWER_MILLIS);
            return true;
          } catch (ConnectException | NoRouteToHostException | SocketTimeoutException e) {
            return false;
          } catch (SocketException e) {
            // Accepted, and reset at once.
            return true;
          }
        });
  }

  private static void enter(String namespace) throws IOException {
    int target = open(namespace);
    int entered = Libc.setns(target, Libc.CLONE_NEWNET);
    Libc.close(target);
    checked(namespace, "setns", entered);
  }

  /**
   * A thread that stays behind in another namespace would bind listeners and dial tasks in the
   * wrong network from then on, and an Error would only be logged by its event loop: the process
   * ends instead and is started anew. It takes a lost capability between two calls to get here.
   */
  private void goBack(String from) {
    int back = Libc.setns(ownNamespace, Libc.CLONE_NEWNET);
    if (back < 0) {
      LOG.error("cannot come back from {}: setns: {}; the process ends", from, Errno.text(-back));
      Runtime.getRuntime().halt(70);
    }
  }

  private static int open(String path) throws IOException {
    return checked(path, "open", Libc.open(path));
  }

  private static int checked(String path, String call, int result) throws IOException {
    if (result < 0) {
      throw new CallException("%s: %s: %s".formatted(path, call, Errno.text(-result)), -result);
    }
    return result;
  }
}
