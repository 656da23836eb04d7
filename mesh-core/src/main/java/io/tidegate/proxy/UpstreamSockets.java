package io.tidegate.proxy;

import io.tidegate.kernel.CallException;
import java.io.IOException;
import java.net.InetAddress;

/**
 * Opens sockets in network namespaces other than the agent's own, and asks whose an address is. The
 * border to the operating system: mesh-core has only this interface, the agent implements it with
 * setns(2).
 */
public interface UpstreamSockets {

  /**
   * Opens a non-blocking, close-on-exec TCP socket. Called on a shard's loop, so it takes
   * microseconds or fails.
   *
   * @param namespace path of the namespace, as in {@code /var/run/docker/netns/ingress_sbox}
   * @param ipv6 whether the socket is of the family AF_INET6 instead of AF_INET
   * @return the descriptor, owned by the caller
   * @throws CallException where a system call failed, naming the namespace and the call: for want
   *     of descriptors a client waits, for anything else the endpoint is to blame
   * @throws IOException naming the namespace and what else failed; nothing is left open
   */
  int openStream(String namespace, boolean ipv6) throws IOException;

  /**
   * Opens a UDP socket, and is otherwise like {@link #openStream}.
   *
   * @throws IOException naming the namespace and what failed; nothing is left open
   */
  int openDatagram(String namespace, boolean ipv6) throws IOException;

  /**
   * Whether an address is one of a namespace's own at this moment: its kernel is asked. Called on a
   * shard's loop, so it takes microseconds or fails.
   *
   * @param namespace path of the namespace
   * @return false, too, where there is no such namespace any more
   * @throws IOException naming the namespace and what failed; nothing is left open
   */
  boolean holds(String namespace, InetAddress address) throws IOException;

  /** For where every namespace is the agent's own, whatever it is called. */
  static UpstreamSockets own() {
    return new OwnSockets();
  }

  /**
   * For where there are no other namespaces: opens nothing.
   *
   * @param why the message of the failures, behind the namespace
   */
  static UpstreamSockets none(String why) {
    return new UpstreamSockets() {
      @Override
      public int openStream(String namespace, boolean ipv6) throws IOException {
        throw new IOException(namespace + ": " + why);
      }

      @Override
      public int openDatagram(String namespace, boolean ipv6) throws IOException {
        throw new IOException(namespace + ": " + why);
      }

      @Override
      public boolean holds(String namespace, InetAddress address) throws IOException {
        throw new IOException(namespace + ": " + why);
      }
    };
  }
}
