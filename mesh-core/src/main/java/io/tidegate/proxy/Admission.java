package io.tidegate.proxy;

/** Whether a shard takes further clients. */
final class Admission {

  private final int maxClients;
  private int clients;
  private int starvingDials;
  private int parkedClients;

  Admission(ProxyConfig config) {
    maxClients = Math.max(config.relay().relays() / config.shards(), 1);
  }

  /** Whether this shard has its share of the relays that there may be. */
  boolean isFull() {
    return clients >= maxClients;
  }

  /** Whether a dial waits for a descriptor: it would only be joined by further ones. */
  boolean isStarving() {
    return starvingDials > 0;
  }

  /** Whether one more client may wait: those who do leave half of the places to those served. */
  boolean mayPark() {
    return parkedClients < maxClients / 2;
  }

  void clientParked() {
    parkedClients++;
  }

  void clientParkedNoMore() {
    parkedClients--;
  }

  void dialStarves() {
    starvingDials++;
  }

  void dialStarvesNoMore() {
    starvingDials--;
  }

  void clientCame() {
    clients++;
  }

  void clientLeft() {
    clients--;
  }
}
