package io.tidegate.agent.cli;

import io.tidegate.agent.identity.IdentityFiles;
import io.tidegate.agent.source.HostPort;
import io.tidegate.agent.swarm.PeerConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an agent speaks with those of other nodes. */
final class PeerOptions {

  @Option(
      names = "--peer-listen",
      paramLabel = "HOST:PORT",
      description =
          "Where the agents of other nodes are heard, by mutual TLS; all of them use the same"
              + " port.")
  HostPort listen = PeerConfig.USUAL_LISTEN;

  @Option(
      names = "--hop-port",
      paramLabel = "PORT",
      description =
          "Where, on the ingress network, this node takes clients that other nodes' agents pass on"
              + " to its tasks.")
  int hopPort = PeerConfig.USUAL_HOP_PORT;

  @Option(
      names = "--hop-tls-port",
      paramLabel = "PORT",
      description =
          "Where, at the host of --peer-listen, this node takes such clients by mutual TLS: for"
              + " nodes that have no way over the ingress network, and services with"
              + " tidegate.hop=tls. 0 for neither taking nor passing any on like that.")
  int hopTlsPort = PeerConfig.USUAL_HOP_TLS_PORT;

  @Option(
      names = "--peer-cert",
      paramLabel = "FILE",
      description =
          "This node's certificate for other agents. By default the Swarm's own, as the next two.")
  @Nullable Path certificate;

  @Option(
      names = "--peer-key",
      paramLabel = "FILE",
      description = "Its private key, not encrypted.")
  @Nullable Path key;

  @Option(
      names = "--peer-ca",
      paramLabel = "FILE",
      description = "What must have signed the certificates of other agents.")
  @Nullable Path authority;

  /**
   * What was given.
   *
   * @param certificatesDir the node's Swarm certificates
   * @throws IllegalArgumentException if some of the three files are given and not all
   */
  PeerConfig config(Path certificatesDir) {
    if (certificate == null && key == null && authority == null) {
      return new PeerConfig(listen, hopPort, hopTlsPort, IdentityFiles.ofSwarm(certificatesDir));
    }
    if (certificate == null || key == null || authority == null) {
      throw new IllegalArgumentException(
          "peerCert: not given alone (expected: all of --peer-cert, --peer-key and --peer-ca, or"
              + " none)");
    }
    return new PeerConfig(
        listen, hopPort, hopTlsPort, new IdentityFiles(certificate, key, authority));
  }
}
