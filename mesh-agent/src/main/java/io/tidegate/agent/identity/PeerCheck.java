package io.tidegate.agent.identity;

import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.function.Predicate;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Decides whether another node is one of ours, by its certificate. For use from any thread. */
public final class PeerCheck {

  private final LiveIdentity identity;
  private final Predicate<String> isMember;

  /**
   * @param isMember whether a node id is that of a member now; true for all as long as no list of
   *     members is known
   */
  public PeerCheck(LiveIdentity identity, Predicate<String> isMember) {
    this.identity = identity;
    this.isMember = isMember;
  }

  /** Lets, in handshakes, nobody in but nodes of ours, and connects to no others. */
  public X509ExtendedTrustManager trustManager() {
    return new PeerTrust(this, this::checkNode);
  }

  /** Likewise, and connects to nobody but managers. */
  public X509ExtendedTrustManager publisherTrustManager() {
    return new PeerTrust(this, this::checkManager);
  }

  /** Whether a node is a member now. */
  public boolean isMember(String nodeId) {
    return isMember.test(nodeId);
  }

  /**
   * Checks who it is; that the root signed it was checked when the connection began.
   *
   * @throws RefusedException if it is not valid now, not of this cluster or not a member
   */
  public NodeName checkNode(X509Certificate certificate) throws RefusedException {
    checkValidity(certificate);
    NodeName name = name(certificate);
    String clusterId = identity.name().clusterId();
    if (!name.clusterId().equals(clusterId)) {
      throw new RefusedException(
          Refusal.OTHER_CLUSTER, name + " (expected: cluster " + clusterId + ")");
    }
    if (!isMember.test(name.nodeId())) {
      throw new RefusedException(Refusal.NOT_A_MEMBER, name.toString());
    }
    return name;
  }

  /**
   * Likewise, and it must be a manager.
   *
   * @throws RefusedException also if it is not a manager
   */
  public NodeName checkManager(X509Certificate certificate) throws RefusedException {
    NodeName name = checkNode(certificate);
    if (name.role() != NodeRole.MANAGER) {
      throw new RefusedException(Refusal.NOT_A_MANAGER, name.toString());
    }
    return name;
  }

  /**
   * Checks in a handshake that the root signed what a client shows. Who it is, is checked with each
   * of its calls, where there is a way to tell it why it is refused.
   */
  void checkClient(X509Certificate @Nullable [] chain, String authType) throws RefusedException {
    X509Certificate certificate = first(chain);
    try {
      identity.current().trust().checkClientTrusted(chain, authType);
    } catch (CertificateException e) {
      throw untrusted(certificate, e);
    }
  }

  /** Checks in a handshake that the root signed what a server shows. */
  X509Certificate checkServer(X509Certificate @Nullable [] chain, String authType)
      throws RefusedException {
    X509Certificate certificate = first(chain);
    try {
      identity.current().trust().checkServerTrusted(chain, authType);
    } catch (CertificateException e) {
      throw untrusted(certificate, e);
    }
    return certificate;
  }

  private static X509Certificate first(X509Certificate @Nullable [] chain) throws RefusedException {
    if (chain == null || chain.length == 0) {
      throw new RefusedException(Refusal.NO_CERTIFICATE, "an empty chain");
    }
    return chain[0];
  }

  private static RefusedException untrusted(X509Certificate certificate, CertificateException e) {
    String subject = certificate.getSubjectX500Principal().getName();
    try {
      checkValidity(certificate);
    } catch (RefusedException expired) {
      return expired;
    }
    boolean isOwnIssuer =
        certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
    return new RefusedException(
        isOwnIssuer ? Refusal.SELF_SIGNED : Refusal.UNTRUSTED, subject + ": " + e.getMessage());
  }

  private static void checkValidity(X509Certificate certificate) throws RefusedException {
    try {
      certificate.checkValidity();
    } catch (CertificateExpiredException | CertificateNotYetValidException e) {
      throw new RefusedException(
          Refusal.EXPIRED, certificate.getSubjectX500Principal().getName() + ": " + e.getMessage());
    }
  }

  private static NodeName name(X509Certificate certificate) throws RefusedException {
    try {
      return NodeName.of(certificate);
    } catch (CertificateException e) {
      throw new RefusedException(Refusal.NO_NODE, String.valueOf(e.getMessage()));
    }
  }
}
