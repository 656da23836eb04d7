package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.Capabilities;
import io.tidegate.agent.linux.Capability;
import io.tidegate.agent.linux.GatewayAddress;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.Program;
import io.tidegate.proxy.Foothold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

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
      Map<String, Object> file = Files.readAttributes(namespace, "unix:dev,ino");
      return file.get("dev") + ":" + file.get("ino");
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
    List<String> objections = new ArrayList<>();
    for (Rules rules : forms(Path.of(foothold.namespace()))) {
      try {
        rules.check(new Destination(foothold.address().getHostAddress(), 1, mark));
        return rules;
      } catch (IOException e) {
        objections.add(e.getMessage());
      }
    }
    throw new IOException(String.join("; ", objections));
  }

  /**
   * The forms of rules that there are programs for, the better first.
   *
   * @throws IOException if there are none
   */
  static List<Rules> forms(Path namespace) throws IOException {
    List<Rules> forms = new ArrayList<>();
    Program.find("nft", namespace).map(NftRules::new).ifPresent(forms::add);
    Optional<Program> restore = Program.find("iptables-restore", namespace);
    if (restore.isPresent()) {
      Program.find("iptables", namespace)
          .map(iptables -> new IptablesRules(iptables, restore.get()))
          .ifPresent(forms::add);
    }
    if (forms.isEmpty()) {
      throw new IOException("neither nft nor iptables is installed, for packet rules");
    }
    return forms;
  }
}
