package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.Capabilities;
import io.tidegate.agent.linux.Capability;
import io.tidegate.agent.linux.GatewayAddress;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.NetworkNamespaces;
import io.tidegate.agent.linux.Program;
import io.tidegate.proxy.Foothold;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Docker's {@code ingress_sbox} on this node.
 *
 * @param path where it is, as far as is known now
 */
record Sandbox(Supplier<Path> path) implements Surroundings {

  @Override
  public Ipvs ipvs() {
    return Ipvs.detect();
  }

  @Override
  public String identity() throws IOException {
    Path namespace = path.get();
    try {
      return NetworkNamespaces.identity(namespace);
    } catch (NoSuchFileException e) {
      throw new IOException(
          namespace + " does not exist: is the folder mounted with rslave, does dockerd run?", e);
    }
  }

  @Override
  public Foothold foothold() throws IOException {
    Path namespace = path.get();
    return new Foothold(namespace.toString(), identity(), GatewayAddress.in(namespace));
  }

  @Override
  public Rules rules(Foothold foothold, int mark) throws IOException {
    if (!Capabilities.ofThisProcess().has(Capability.NET_ADMIN)) {
      throw new IOException(Capability.NET_ADMIN + " is missing, for packet rules");
    }
    Path namespace = Path.of(foothold.namespace());
    Destination example = new Destination(foothold.address().getHostAddress(), 1, mark);
    String why = "nft is not installed";
    Optional<Rules> nft = nft(namespace);
    if (nft.isPresent()) {
      try {
        nft.get().check(example);
        return nft.get();
      } catch (Program.Refused e) {
        // Whatever else may be: it is asked again. This will not change.
        why = String.valueOf(e.getMessage());
      }
    }
    Optional<Rules> iptables = iptables(namespace, why);
    if (iptables.isEmpty()) {
      throw new IOException(why + "; iptables is not installed, for packet rules");
    }
    iptables.get().check(example);
    return iptables.get();
  }

  private static Optional<Rules> nft(Path namespace) {
    return Program.find("nft", namespace).map(NftRules::new);
  }

  private static Optional<Rules> iptables(Path namespace, String why) {
    return Program.find("iptables", namespace)
        .flatMap(
            iptables ->
                Program.find("iptables-restore", namespace)
                    .map(restore -> new IptablesRules(iptables, restore, why)));
  }

  /**
   * All forms that there are programs for.
   *
   * @throws IOException if there are none
   */
  static List<Rules> forms(Path namespace) throws IOException {
    List<Rules> forms =
        Stream.of(nft(namespace), iptables(namespace, "")).flatMap(Optional::stream).toList();
    if (forms.isEmpty()) {
      throw new IOException("neither nft nor iptables is installed, for packet rules");
    }
    return forms;
  }
}
