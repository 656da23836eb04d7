package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.Capabilities;
import io.tidegate.agent.linux.Capability;
import io.tidegate.agent.linux.GatewayAddress;
import io.tidegate.agent.linux.Ipvs;
import io.tidegate.agent.linux.NftTable;
import io.tidegate.agent.linux.Program;
import io.tidegate.proxy.Foothold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Docker's {@code ingress_sbox} on this node.
 *
 * @param path where it is, as far as is known now
 */
record Sandbox(Supplier<Path> path) implements Surroundings {

  static final String TABLE = "tidegate";

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
  public Rules rules(Foothold foothold) throws IOException {
    if (!Capabilities.ofThisProcess().has(Capability.NET_ADMIN)) {
      throw new IOException(Capability.NET_ADMIN + " is missing, for packet rules");
    }
    return new NftRules(table(Path.of(foothold.namespace())));
  }

  /** Our table in a namespace. */
  static NftTable table(Path namespace) throws IOException {
    Program nft =
        Program.find("nft", namespace)
            .orElseThrow(() -> new IOException("nft is not installed, for packet rules"));
    return new NftTable(nft, TABLE);
  }
}
