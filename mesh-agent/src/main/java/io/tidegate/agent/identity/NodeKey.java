package io.tidegate.agent.identity;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the identity in force in every handshake.
 *
 * <p>A handshake asks three times: for an alias, for its chain and for its key. The alias names the
 * certificate, so that a renewal in between does not mix two pairs.
 */
final class NodeKey extends X509ExtendedKeyManager {

  private final LiveIdentity identity;

  // Two at most: the one in force and the one before, which handshakes under way may still ask for.
  private final ConcurrentMap<String, NodeIdentity> byAlias = new ConcurrentHashMap<>();
  private volatile @Nullable String newest;

  NodeKey(LiveIdentity identity) {
    this.identity = identity;
  }

  private synchronized @Nullable String alias(String keyType) {
    NodeIdentity current = identity.current();
    String algorithm = current.key().getAlgorithm();
    if (!keyType.equals(algorithm) && !keyType.startsWith(algorithm + "_")) {
      return null;
    }
    String alias = current.certificate().getSerialNumber().toString(16);
    String before = newest;
    if (!alias.equals(before)) {
      byAlias.keySet().removeIf(old -> !old.equals(before));
      newest = alias;
    }
    byAlias.put(alias, current);
    return alias;
  }

  private @Nullable String alias(String[] keyTypes) {
    for (String keyType : keyTypes) {
      String alias = alias(keyType);
      if (alias != null) {
        return alias;
      }
    }
    return null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyType);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  private String @Nullable [] aliases(String keyType) {
    String alias = alias(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    NodeIdentity named = byAlias.get(alias);
    return named == null ? null : named.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    NodeIdentity named = byAlias.get(alias);
    return named == null ? null : named.key();
  }
}
