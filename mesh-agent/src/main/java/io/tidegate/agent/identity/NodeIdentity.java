package io.tidegate.agent.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;

/**
 * A node's identity as it was read at one moment: certificate and key match.
 *
 * @param chain the node's own certificate first
 * @param trust trusts what the cluster's root has signed, and during a change of root also what the
 *     other root has
 */
record NodeIdentity(
    NodeName name, List<X509Certificate> chain, PrivateKey key, X509TrustManager trust) {

  NodeIdentity {
    chain = List.copyOf(chain);
  }

  X509Certificate certificate() {
    return chain.getFirst();
  }
}
