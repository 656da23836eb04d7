package io.tidegate.proxy;

import io.tidegate.metrics.Latencies;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.VirtualPort;
import io.tidegate.routing.VirtualRoute;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One network on one shard: the sockets by which clients of its virtual addresses come in, and what
 * those ask for. Nothing is made for an address before its first client. Shard loop only.
 */
final class VirtualNetwork {

  private final Shard shard;
  private final VirtualPorts ports;
  private final String id;
  // By addresses of IPv4: Swarm gives out no others.
  private final Int2ObjectHashMap<ServedVirtual> tcp = new Int2ObjectHashMap<>();
  private final Int2ObjectHashMap<ServedVirtual> udp = new Int2ObjectHashMap<>();
  // Of all routes: each of its own would cost more than all else that is of a route.
  private final Latencies tcpLatencies = new Latencies();
  private final Latencies udpLatencies = new Latencies();
  private @Nullable Foothold foothold;
  private @Nullable VirtualListener listener;
  private @Nullable TakenUdpListener datagrams;
  private boolean stopped;

  VirtualNetwork(Shard shard, VirtualPorts ports, String id) {
    this.shard = shard;
    this.ports = ports;
    this.id = id;
  }

  /** Has clients come in there, and no more where they did before. */
  void place(Foothold next, TakenSockets sockets) {
    VirtualListener before = listener;
    TakenUdpListener datagramsBefore = datagrams;
    listener = VirtualListener.on(sockets.stream(), shard, this);
    datagrams = TakenUdpListener.on(sockets.datagrams(), shard, this::udpClients, next.namespace());
    foothold = next;
    stop(before, datagramsBefore);
  }

  /** Takes no new clients any more. Relays go on, and who waits goes on waiting. */
  void leave() {
    VirtualListener before = listener;
    TakenUdpListener datagramsBefore = datagrams;
    listener = null;
    datagrams = null;
    foothold = null;
    stop(before, datagramsBefore);
  }

  private void stop(@Nullable VirtualListener streams, @Nullable TakenUdpListener messages) {
    if (streams != null) {
      streams.stop();
    }
    if (messages != null) {
      messages.stop();
      // Their answers leave by where they came in.
      udp.values().forEach(ServedVirtual::endSessions);
    }
  }

  /** Whether clients come in. */
  boolean isPlaced() {
    return foothold != null;
  }

  boolean isEmpty() {
    return foothold == null && tcp.isEmpty() && udp.isEmpty();
  }

  // --- routes ---

  /** The route of whoever asks for an address by TCP, or null if there is none. */
  @Nullable ServedRoute tcpRoute(int address) {
    ServedVirtual served = served(tcp, address, Protocol.TCP);
    return served == null ? null : served.served();
  }

  private @Nullable UdpClients udpClients(UdpClient sender) {
    ServedVirtual served = served(udp, sender.asked(), Protocol.UDP);
    return served == null ? null : served.clients(!stopped);
  }

  private @Nullable ServedVirtual served(
      Int2ObjectHashMap<ServedVirtual> known, int address, Protocol protocol) {
    ServedVirtual served = known.get(address);
    return served == null ? begin(known, address, protocol) : served;
  }

  private @Nullable ServedVirtual begin(
      Int2ObjectHashMap<ServedVirtual> known, int address, Protocol protocol) {
    VirtualPort port = new VirtualPort(id, addressOf(address), protocol);
    ServedRoute route = ports.begin(port, latencies(protocol));
    if (route == null) {
      return null;
    }
    ServedVirtual served = new ServedVirtual(shard, route, this::refuse);
    known.put(address, served);
    return served;
  }

  /** What is served of a route; null if that had no client yet. */
  @Nullable ServedVirtual served(VirtualPort port) {
    byte[] address = port.address().getAddress();
    return address.length == Integer.BYTES ? mapOf(port).get(numberOf(address)) : null;
  }

  /** A table has another route than before, or none any more. */
  void follow(VirtualPort port, @Nullable VirtualRoute route) {
    ServedVirtual served = served(port);
    if (served == null) {
      return;
    }
    if (route != null) {
      served.serve(ports.served(port, route, served.served(), latencies(port.protocol())));
    } else {
      mapOf(port).remove(numberOf(port.address().getAddress()));
      served.close();
    }
  }

  private Latencies latencies(Protocol protocol) {
    return protocol == Protocol.TCP ? tcpLatencies : udpLatencies;
  }

  private Int2ObjectHashMap<ServedVirtual> mapOf(VirtualPort port) {
    return port.protocol() == Protocol.TCP ? tcp : udp;
  }

  private static int numberOf(byte[] address) {
    return ByteBuffer.wrap(address).getInt();
  }

  private static InetAddress addressOf(int number) {
    try {
      return InetAddress.getByAddress(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 bytes are an address", e);
    }
  }

  private void refuse(UdpClient client) {
    InetSocketAddress from = client.address();
    InetSocketAddress asked = client.destination(client.port);
    Foothold here = foothold;
    if (here != null && from != null && asked != null) {
      UdpRefusal.send(shard.upstreamSockets(), here.namespace(), from, asked);
    }
  }

  // --- the end ---

  /** No new sessions begin, and those that there are end when their answers may have passed. */
  void stopListening() {
    stopped = true;
    if (datagrams != null) {
      datagrams.stopLater();
    }
    udp.values().forEach(ServedVirtual::linger);
  }

  /** The end of all: nobody is served any more. */
  void end() {
    if (listener != null) {
      listener.close();
    }
    if (datagrams != null) {
      datagrams.end();
    }
  }
}
