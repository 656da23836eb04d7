package io.tidegate.proxy;

import io.tidegate.routing.Bind;
import io.tidegate.routing.Bind.Place;
import io.tidegate.routing.Cidr;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What this node has of the places where a route's port is to be bound.
 *
 * @param addresses those that it has, each once
 * @param problem why there is none, for people; null where there is one
 */
public record Places(Bind bind, List<InetAddress> addresses, @Nullable String problem) {

  /** The most addresses of a node that one port is bound to. */
  static final int MOST_ADDRESSES = 64;

  public Places {
    addresses = List.copyOf(addresses);
  }

  /**
   * Looks what there is now, in the network namespace of the process.
   *
   * @throws IOException if the system does not tell
   */
  static Places of(Bind bind) throws IOException {
    // By their text, which has the scope; the addresses themselves leave it out when compared.
    Map<String, InetAddress> found = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (Place place : bind.places()) {
      List<InetAddress> here = addresses(place);
      here.forEach(address -> found.putIfAbsent(address.getHostAddress(), address));
      if (here.isEmpty()) {
        missing.add(missing(place));
      }
    }
    return new Places(
        bind,
        found.values().stream().limit(MOST_ADDRESSES).toList(),
        found.isEmpty() ? "nothing to bind: " + String.join(", ", missing) : null);
  }

  /** The same; that the system does not tell is a problem like any other. */
  public static Places look(Bind bind) {
    try {
      return of(bind);
    } catch (IOException e) {
      return new Places(bind, List.of(), "cannot look for " + bind + ": " + e.getMessage());
    }
  }

  private static String missing(Place place) {
    return switch (place) {
      case Bind.Address address -> "no address " + address;
      case Bind.Network network -> "no address in " + network;
      case Bind.Interface named -> "no interface " + named + " with an address";
    };
  }

  private static List<InetAddress> addresses(Place place) throws IOException {
    return switch (place) {
      case Bind.Address address -> here(address);
      case Bind.Network network ->
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> isIn(network.block(), address))
              .map(Places::numbered)
              .collect(Collectors.toList());
      case Bind.Interface named -> {
        NetworkInterface known = NetworkInterface.getByName(named.name());
        yield known == null ? List.of() : known.inetAddresses().map(Places::numbered).toList();
      }
    };
  }

  private static boolean isIn(Cidr block, InetAddress address) {
    Cidr alone = Cidr.of(address);
    return block.contains(alone.network(), alone.host());
  }

  /**
   * The same with the number of its interface alone, as sockets tell it, and only if it needs one.
   */
  private static InetAddress numbered(InetAddress address) {
    return address instanceof Inet6Address scoped
        ? withScope(address, address.isLinkLocalAddress() ? scoped.getScopeId() : 0)
        : address;
  }

  private static InetAddress withScope(InetAddress address, int scope) {
    try {
      return Inet6Address.getByAddress(null, address.getAddress(), scope == 0 ? -1 : scope);
    } catch (IOException e) {
      throw new IllegalStateException("16 bytes are an address", e);
    }
  }

  /**
   * The kernel is asked, not the interfaces: an address may be local without being of any, as all
   * that begin with 127 are.
   */
  private static List<InetAddress> here(Bind.Address place) throws IOException {
    InetAddress address = place.address();
    if (!place.scope().isEmpty()) {
      NetworkInterface known = interfaceOf(place.scope());
      if (known == null) {
        return List.of();
      }
      address = withScope(address, known.getIndex());
    }
    return address.isAnyLocalAddress() || isHere(address) ? List.of(address) : List.of();
  }

  private static @Nullable NetworkInterface interfaceOf(String scope) throws IOException {
    return scope.matches("[0-9]{1,9}")
        ? NetworkInterface.getByIndex(Integer.parseInt(scope))
        : NetworkInterface.getByName(scope);
  }

  private static boolean isHere(InetAddress address) throws IOException {
    StandardProtocolFamily family =
        address instanceof Inet6Address
            ? StandardProtocolFamily.INET6
            : StandardProtocolFamily.INET;
    try (DatagramChannel probe = DatagramChannel.open(family)) {
      probe.bind(new InetSocketAddress(address, 0));
      return true;
    } catch (BindException e) {
      return false;
    }
  }
}
