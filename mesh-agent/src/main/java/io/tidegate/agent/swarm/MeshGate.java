package io.tidegate.agent.swarm;

import io.tidegate.agent.docker.Addresses;
import io.tidegate.agent.docker.NetworkAnswers;
import io.tidegate.agent.docker.Reading;
import io.tidegate.routing.HopGate;
import io.tidegate.routing.HopKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * This node's place on the ingress network, where other agents can reach this one and no client
 * can.
 *
 * @param namespace of Docker's own mesh
 * @param address of that namespace on the ingress network
 */
record MeshGate(Path namespace, InetAddress address) {

  private static final String SANDBOX = "ingress-sbox";

  /** As a reading tells it, or null if there is none now. */
  static @Nullable MeshGate of(Reading reading) {
    NetworkAnswers.Network ingress = reading.ingress();
    NetworkAnswers.NetworkContainer own =
        ingress == null ? null : ingress.containers().get(SANDBOX);
    InetAddress address = own == null ? null : Addresses.parse(own.ipv4Address());
    return address == null || reading.sandbox().error() != null
        ? null
        : new MeshGate(reading.sandbox().path(), address);
  }

  /** Where clients are taken, as long as the namespace is there. */
  @Nullable HopGate gate(int port, HopKey secret) {
    try {
      long id = (Long) Files.getAttribute(namespace, "unix:ino");
      return new HopGate(namespace.toString(), id, new InetSocketAddress(address, port), secret);
    } catch (IOException e) {
      return null;
    }
  }
}
