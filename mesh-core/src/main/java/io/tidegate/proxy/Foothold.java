package io.tidegate.proxy;

import java.net.Inet4Address;

/**
 * Where ports are taken over that another mesh publishes: an address in a network namespace to
 * which that mesh brings its clients.
 *
 * @param namespace path of the namespace
 * @param identity of the namespace that is there now: a new one at the same path has another
 */
public record Foothold(String namespace, String identity, Inet4Address address) {

  /** As in {@code 172.18.0.2 in /var/run/docker/netns/ingress_sbox}. */
  @Override
  public String toString() {
    return address.getHostAddress() + " in " + namespace;
  }
}
