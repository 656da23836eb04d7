package io.tidegate.routing;

import java.net.InetAddress;
import java.util.List;

/**
 * How a route learns who its clients are, and how its tasks do.
 *
 * @param proxyIn whether clients begin with a PROXY protocol header; the label {@code
 *     tidegate.proxy-in}
 * @param trusted who may send one; the label {@code tidegate.proxy-in.trusted}
 * @param told how tasks learn it; the label {@code tidegate.client-ip}
 * @param fallback what happens where that is by the connection itself, and is not possible; the
 *     label {@code tidegate.client-ip.fallback}
 */
public record ClientAddress(ProxyIn proxyIn, List<Cidr> trusted, ClientIp told, Fallback fallback) {

  /** The agent believes the connection, and tells nobody. */
  public static final ClientAddress DEFAULT =
      new ClientAddress(ProxyIn.OFF, List.of(), ClientIp.OFF, Fallback.OFF);

  public ClientAddress {
    trusted = List.copyOf(trusted);
  }

  /** One whose fallback is that tasks learn nothing. */
  public ClientAddress(ProxyIn proxyIn, List<Cidr> trusted, ClientIp told) {
    this(proxyIn, trusted, told, Fallback.OFF);
  }

  /** Whether it matters what the ends of a client's connection are. */
  public boolean isAsked() {
    return proxyIn != ProxyIn.OFF || told != ClientIp.OFF;
  }

  /** Whether whoever connects from an address may send a header. */
  public boolean trusts(InetAddress address) {
    Cidr alone = Cidr.of(address, address.getAddress().length * Byte.SIZE);
    return trusted.stream().anyMatch(block -> block.contains(alone.network(), alone.host()));
  }

  /** Whether tasks are to be dialled from their clients' own addresses. */
  public boolean isTransparent() {
    return told == ClientIp.TRANSPARENT;
  }

  /** What a task is told by where the connection itself does not: a header, or nothing. */
  public ClientIp header() {
    if (isTransparent()) {
      return fallback.told();
    }
    return told.isHeader() ? told : ClientIp.OFF;
  }

  public ClientAddress withProxyIn(ProxyIn other) {
    return new ClientAddress(other, trusted, told, fallback);
  }

  public ClientAddress withTrusted(List<Cidr> other) {
    return new ClientAddress(proxyIn, other, told, fallback);
  }

  public ClientAddress withTold(ClientIp other) {
    return new ClientAddress(proxyIn, trusted, other, fallback);
  }

  public ClientAddress withFallback(Fallback other) {
    return new ClientAddress(proxyIn, trusted, told, other);
  }
}
