package io.tidegate.agent.identity;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.ExtendedKeyUsage;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** A cluster's root and what it signs, in files as Swarm writes them. */
public final class TestPki {

  public static final String CLUSTER = "clusteraaaaaaaaaaaaaaaaaa";

  private final X509Bundle root;

  public TestPki() {
    this.root =
        signed(() -> template("CN=swarm-ca").setIsCertificateAuthority(true).buildSelfSigned());
  }

  /** Makes the subject of a node of the cluster. */
  public static String subject(String nodeId, NodeRole role) {
    return "CN=" + nodeId + ",OU=" + role.word() + ",O=" + CLUSTER;
  }

  public X509Bundle issue(String subject) {
    return signed(() -> leaf(subject).buildIssuedBy(root));
  }

  /** Signs something that is out of date. */
  public X509Bundle issueExpired(String subject) {
    return signed(
        () ->
            leaf(subject).notAfter(Instant.now().minus(Duration.ofMinutes(1))).buildIssuedBy(root));
  }

  public static X509Bundle selfSigned(String subject) {
    return signed(() -> leaf(subject).setIsCertificateAuthority(true).buildSelfSigned());
  }

  public static X509Bundle rsa(TestPki pki, String subject) {
    return signed(() -> leaf(subject).rsa2048().buildIssuedBy(pki.root));
  }

  public String rootPem() {
    return root.getCertificatePEM();
  }

  /** Puts a manager's files into a directory. */
  public IdentityFiles manager(Path dir, String nodeId) {
    return install(dir, issue(subject(nodeId, NodeRole.MANAGER)), rootPem());
  }

  /** Puts a worker's files into a directory. */
  public IdentityFiles worker(Path dir, String nodeId) {
    return install(dir, issue(subject(nodeId, NodeRole.WORKER)), rootPem());
  }

  /** Puts files into a directory, the key with a header as Swarm's. */
  public static IdentityFiles install(Path dir, X509Bundle node, String authorities) {
    IdentityFiles files = IdentityFiles.ofSwarm(dir);
    write(files.authority(), authorities);
    write(files.certificate(), node.getCertificatePEM());
    write(files.key(), withHeader(node.getPrivateKeyPEM()));
    return files;
  }

  static String withHeader(String keyPem) {
    return keyPem.replaceFirst("(-----BEGIN [A-Z ]+-----\\R)", "$1kek-version: 7\n\n");
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CertificateBuilder template(String subject) {
    Instant now = Instant.now();
    return new CertificateBuilder()
        .subject(subject)
        .notBefore(now.minus(Duration.ofHours(1)))
        .notAfter(now.plus(Duration.ofDays(1)))
        .ecp256();
  }

  private static CertificateBuilder leaf(String subject) {
    return template(subject)
        .setKeyUsage(true, KeyUsage.digitalSignature, KeyUsage.keyEncipherment)
        .addExtendedKeyUsage(ExtendedKeyUsage.PKIX_KP_SERVER_AUTH)
        .addExtendedKeyUsage(ExtendedKeyUsage.PKIX_KP_CLIENT_AUTH);
  }

  private interface Signing {
    X509Bundle sign() throws Exception;
  }

  private static X509Bundle signed(Signing signing) {
    try {
      return signing.sign();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
