package io.tidegate.proxy;

import io.tidegate.metrics.RouteKey;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A virtual address by one protocol on one shard, from its first client to the table that has it no
 * more. Shard loop only.
 */
final class ServedVirtual {

  private final Shard shard;
  private final Consumer<UdpClient> refusal;
  private ServedRoute served;
  // Made for the first client that is parked.
  private @Nullable ParkingLot parkingLot;
  // Made for the first client of UDP; another one once these linger.
  private @Nullable UdpClients clients;
  private boolean lingers;

  /**
   * @param refusal tells a client of UDP that nobody listens where it sends to
   */
  ServedVirtual(Shard shard, ServedRoute served, Consumer<UdpClient> refusal) {
    this.shard = shard;
    this.served = served;
    this.refusal = refusal;
  }

  ServedRoute served() {
    return served;
  }

  /** Whether it belongs to the service of these counters. */
  boolean isOf(RouteKey key) {
    return key.serviceId().equals(served.route.serviceId())
        && key.serviceName().equals(served.route.serviceName());
  }

  /** The route has changed. */
  void serve(ServedRoute next) {
    served = next;
    if (parkingLot != null) {
      parkingLot.serve(next);
    }
    if (clients != null) {
      clients.serve(next);
    }
  }

  /** Where clients wait that nobody takes. */
  ParkingLot parkingLot() {
    if (parkingLot == null) {
      parkingLot = new ParkingLot(shard, served);
    }
    return parkingLot;
  }

  /** Those of UDP; null if there are none and no first one may come. */
  @Nullable UdpClients clients(boolean mayBegin) {
    if (clients == null && mayBegin) {
      clients = new UdpClients(shard, served, refusal);
    }
    return clients;
  }

  /** Sessions end in a moment; until then others may begin. */
  void linger() {
    if (clients != null && !lingers) {
      lingers = true;
      UdpClients lingering = clients;
      clients.linger(() -> forget(lingering));
    }
  }

  private void forget(UdpClients over) {
    if (over.equals(clients)) {
      clients = null;
      lingers = false;
    }
  }

  /** Answers under way still pass for a moment; whoever sends again begins anew. */
  void endSessions() {
    linger();
    lingers = false;
    clients = null;
  }

  /** The address is served no more: whoever waits is dropped. Relays go on. */
  void close() {
    endSessions();
    if (parkingLot != null) {
      parkingLot.close();
    }
  }
}
