package io.tidegate.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Clients that send a datagram as soon as the last one has come back. Units: round trips. */
public final class UdpRoundTrips extends Traffic {

  private final int clients;
  private final List<UdpClient> open = new ArrayList<>();
  private long roundTrips;
  private boolean stopped;

  public UdpRoundTrips(LoadLoop loop, InetSocketAddress target, Responder responder, int clients) {
    super(loop, target, responder);
    this.clients = clients;
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < clients; i++) {
      UdpClient client = new UdpClient(loop, target, i, faults(), this::onRoundTrip);
      open.add(client);
      client.sendNext();
    }
  }

  private void onRoundTrip(UdpClient client) throws IOException {
    roundTrips++;
    if (stopped) {
      client.close();
    } else {
      client.sendNext();
    }
  }

  @Override
  public long units() {
    return roundTrips;
  }

  @Override
  void stop() {
    stopped = true;
  }

  @Override
  boolean isOver() {
    return open.stream().allMatch(Connection::isClosed);
  }

  @Override
  String missing() {
    return open.stream().filter(client -> !client.isClosed()).count() + " datagrams lost";
  }
}
