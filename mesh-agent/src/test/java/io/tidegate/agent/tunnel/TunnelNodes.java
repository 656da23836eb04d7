package io.tidegate.agent.tunnel;

import io.netty.pkitesting.X509Bundle;
import io.tidegate.agent.identity.LiveIdentity;
import io.tidegate.agent.identity.PeerCheck;
import io.tidegate.agent.identity.Refusals;
import io.tidegate.agent.identity.TestPki;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Two nodes of one cluster on the loopback, the near one with an entry to the far one. */
final class TunnelNodes {

  static final String NEAR = "worker1";
  static final String FAR = "worker2";

  private static final int GREETING = 1;
  private static final int PATIENCE_MILLIS = 20_000;

  final TestPki pki = new TestPki();
  final Set<String> members = ConcurrentHashMap.newKeySet();
  final Refusals nearRefusals = new Refusals(System::nanoTime);
  final Refusals farRefusals = new Refusals(System::nanoTime);
  final LiveIdentity nearIdentity;
  final LiveIdentity farIdentity;
  final Tunnels near;
  final Tunnels far;
  final InetSocketAddress door;
  final InetSocketAddress entry;

  /** What the far node's data path is here. */
  final ServerSocket inside = new ServerSocket();

  private final Path dir;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  TunnelNodes(Path dir) throws IOException {
    this.dir = dir;
    members.addAll(List.of(NEAR, FAR));
    nearIdentity = identity(NEAR);
    farIdentity = identity(FAR);
    near = new Tunnels(nearIdentity, check(nearIdentity), nearRefusals);
    far = new Tunnels(farIdentity, check(farIdentity), farRefusals);
    inside.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    inside.bind(far.inside());
    inside.setSoTimeout(PATIENCE_MILLIS);
    door = Objects.requireNonNull(far.listen(new InetSocketAddress(Tunnels.LOOPBACK, 0)));
    entry = entryTo(FAR, door);
  }

  LiveIdentity identity(String nodeId) throws IOException {
    return LiveIdentity.read(pki.worker(dir.resolve(nodeId), nodeId));
  }

  /** New files for a node, with a new key. */
  void renew(LiveIdentity identity) {
    pki.worker(dir.resolve(identity.name().nodeId()), identity.name().nodeId());
    identity.reload();
  }

  PeerCheck check(LiveIdentity identity) {
    return new PeerCheck(identity, members::contains);
  }

  InetSocketAddress entryTo(String nodeId, InetSocketAddress target) {
    return Objects.requireNonNull(near.entryTo(nodeId, target));
  }

  /** An entry to the far node of somebody who trusts it, and shows something else. */
  InetSocketAddress entryOfStranger(X509Bundle shown) throws IOException {
    LiveIdentity stranger =
        LiveIdentity.read(TestPki.install(dir.resolve("stranger"), shown, pki.rootPem()));
    Tunnels tunnels =
        closing(new Tunnels(stranger, check(nearIdentity), new Refusals(System::nanoTime)));
    return Objects.requireNonNull(tunnels.entryTo(FAR, door));
  }

  Socket connect(InetSocketAddress address) throws IOException {
    Socket socket = closing(new Socket());
    socket.connect(address);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  /** Both ends of a tunnel. */
  record Ends(Socket client, Socket task) {}

  /** A new tunnel by an entry; the far end is the first to speak, as a data path is. */
  Ends tunnel(InetSocketAddress by) throws IOException {
    Socket client = connect(by);
    Socket task = accept();
    task.getOutputStream().write(GREETING);
    if (client.getInputStream().read() != GREETING) {
      throw new IOException("no tunnel");
    }
    return new Ends(client, task);
  }

  /** The far end of the tunnel that was asked for first. */
  Socket accept() throws IOException {
    Socket socket = closing(inside.accept());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  <T extends AutoCloseable> T closing(T resource) {
    open.push(resource);
    return resource;
  }

  void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
    inside.close();
    near.close();
    far.close();
  }
}
