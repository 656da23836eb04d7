package io.tidegate.agent.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Makes an identity of what the three files say, or refuses it with a reason. */
final class IdentityReader {

  private final IdentityFiles files;

  IdentityReader(IdentityFiles files) {
    this.files = files;
  }

  /**
   * Reads one state of the files.
   *
   * @throws IdentityException naming the file and what is wrong with it
   */
  NodeIdentity parse(IdentityFiles.Content content) throws IdentityException {
    List<X509Certificate> chain = certificates(files.certificate(), content.certificate());
    X509Certificate certificate = chain.getFirst();
    NodeName name = name(certificate);
    PrivateKey key = key(content.key(), certificate);
    checkPair(key, certificate);
    X509TrustManager trust = trust(certificates(files.authority(), content.authority()));
    return new NodeIdentity(name, chain, key, trust);
  }

  private NodeName name(X509Certificate certificate) throws IdentityException {
    try {
      certificate.checkValidity();
      return NodeName.of(certificate);
    } catch (CertificateException e) {
      throw new IdentityException(files.certificate() + ": " + e.getMessage(), e);
    }
  }

  private PrivateKey key(String pem, X509Certificate certificate) throws IdentityException {
    for (PemBlock block : PemBlock.parse(pem)) {
      if (!block.type().endsWith("PRIVATE KEY")) {
        continue;
      }
      if (block.isEncrypted()) {
        throw new IdentityException(
            files.key()
                + ": the key is encrypted, because this Swarm locks its managers (autolock); give"
                + " this agent a certificate of its own with a key in plain, as from a Docker"
                + " secret, or end the lock: docker swarm update --autolock=false");
      }
      try {
        return PrivateKeys.decode(block.type(), block.der(), certificate.getPublicKey());
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        throw new IdentityException(
            files.key() + ": not a key for " + files.certificate() + ": " + e.getMessage(), e);
      }
    }
    throw new IdentityException(files.key() + ": holds no private key in PEM");
  }

  /** The files are renamed one after the other: for a moment they are not of one pair. */
  private void checkPair(PrivateKey key, X509Certificate certificate) throws IdentityException {
    boolean isPair;
    try {
      isPair = PrivateKeys.match(key, certificate.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new IdentityException(files.key() + ": " + e.getMessage(), e);
    }
    if (!isPair) {
      throw new IdentityException(files.key() + ": not the key to " + files.certificate());
    }
  }

  private static List<X509Certificate> certificates(Path file, String pem)
      throws IdentityException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (PemBlock block : PemBlock.parse(pem)) {
        if (block.type().equals("CERTIFICATE")
            && factory.generateCertificate(new ByteArrayInputStream(block.der()))
                instanceof X509Certificate certificate) {
          certificates.add(certificate);
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw new IdentityException(file + ": " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new IdentityException(file + ": holds no certificate in PEM");
    }
    return certificates;
  }

  private X509TrustManager trust(List<X509Certificate> roots) throws IdentityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < roots.size(); i++) {
        store.setCertificateEntry("root-" + i, roots.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager trust) {
          return trust;
        }
      }
      throw new IdentityException("this Java has no PKIX trust manager for X.509");
    } catch (IdentityException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new IdentityException(files.authority() + ": " + e.getMessage(), e);
    }
  }
}
