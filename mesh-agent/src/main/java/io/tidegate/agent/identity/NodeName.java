package io.tidegate.agent.identity;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * What the subject of a node's certificate says.
 *
 * @param nodeId Swarm's id of the node (CN)
 * @param role OU
 * @param clusterId Swarm's id of the cluster (O)
 */
public record NodeName(String nodeId, NodeRole role, String clusterId) {

  /**
   * Reads the subject of a certificate.
   *
   * @throws CertificateException naming the subject if it is not that of a node
   */
  static NodeName of(X509Certificate certificate) throws CertificateException {
    String subject = certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    String nodeId = only("CN", subject);
    String unit = only("OU", subject);
    String clusterId = only("O", subject);
    NodeRole role = unit == null ? null : NodeRole.of(unit);
    if (nodeId == null || role == null || clusterId == null) {
      throw new CertificateException(
          "subject: "
              + subject
              + " (expected: one CN=<node id>, one OU=swarm-manager or swarm-worker, one O=<cluster id>)");
    }
    return new NodeName(nodeId, role, clusterId);
  }

  /** Null where the attribute is missing or there are several: then nobody can say which counts. */
  private static @Nullable String only(String type, String subject) throws CertificateException {
    String found = null;
    for (Rdn rdn : parse(subject).getRdns()) {
      if (rdn.getType().equalsIgnoreCase(type)) {
        if (found != null || !(rdn.getValue() instanceof String value) || value.isEmpty()) {
          return null;
        }
        found = value;
      }
    }
    return found;
  }

  private static LdapName parse(String subject) throws CertificateException {
    try {
      return new LdapName(subject);
    } catch (InvalidNameException e) {
      throw new CertificateException("subject: " + subject + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return nodeId + " (" + role.word() + " of " + clusterId + ")";
  }
}
