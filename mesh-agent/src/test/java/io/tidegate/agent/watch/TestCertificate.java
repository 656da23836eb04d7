package io.tidegate.agent.watch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Objects;

/** A certificate as a manager has one, which is its own root; made by the JDK's keytool. */
record TestCertificate(PrivateKey key, X509Certificate certificate) {

  private static final String PASSWORD = "changeit";

  /**
   * Makes one.
   *
   * @param dir where its root is put, as a node's is
   * @param dnsName the name that it is for
   */
  static TestCertificate make(Path dir, String dnsName) {
    try {
      Path store = Files.createTempDirectory(dir, "keys").resolve("store.p12");
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "node",
                  "-keyalg",
                  "EC",
                  "-groupname",
                  "secp256r1",
                  "-dname",
                  "CN=node,OU=swarm-manager,O=cluster",
                  "-ext",
                  "san=dns:" + dnsName,
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  PASSWORD,
                  "-keystore",
                  store.toString())
              .inheritIO()
              .start();
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("keytool: exit " + keytool.exitValue());
      }
      return load(store);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static TestCertificate load(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return new TestCertificate(
        (PrivateKey) Objects.requireNonNull(keys.getKey("node", PASSWORD.toCharArray())),
        (X509Certificate) Objects.requireNonNull(keys.getCertificate("node")));
  }

  /** Puts the root where a node has it. */
  void install(Path certificatesDir) throws IOException, GeneralSecurityException {
    String base64 = Base64.getMimeEncoder().encodeToString(certificate.getEncoded());
    Files.writeString(
        certificatesDir.resolve("swarm-root-ca.crt"),
        "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
  }
}
