package io.tidegate.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Base64;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveIdentityTest {

  private final TestPki pki = new TestPki();

  @TempDir private Path dir;

  @Test
  void readsWhatSwarmWrites() throws IOException {
    LiveIdentity identity = LiveIdentity.read(pki.manager(dir, "node1"));

    assertThat(identity.name()).isEqualTo(new NodeName("node1", NodeRole.MANAGER, TestPki.CLUSTER));
    assertThat(identity.error()).isNull();
  }

  @Test
  void readsAKeyInTheFormOfOlderSwarms() throws Exception {
    IdentityFiles files = pki.worker(dir, "node1");
    X509Bundle node = pki.issue(TestPki.subject("node2", NodeRole.WORKER));
    BigInteger secret = ((ECPrivateKey) node.getKeyPair().getPrivate()).getS();
    byte[] sec1 =
        new org.bouncycastle.asn1.sec.ECPrivateKey(256, secret, SECObjectIdentifiers.secp256r1)
            .getEncoded();
    TestPki.write(files.certificate(), node.getCertificatePEM());
    TestPki.write(files.key(), TestPki.withHeader(pem("EC PRIVATE KEY", sec1)));

    assertThat(LiveIdentity.read(files).name().nodeId()).isEqualTo("node2");
  }

  @Test
  void readsRsaKeysInBothForms() throws Exception {
    X509Bundle node = TestPki.rsa(pki, TestPki.subject("node1", NodeRole.WORKER));
    IdentityFiles files = TestPki.install(dir, node, pki.rootPem());
    assertThat(LiveIdentity.read(files).name().nodeId()).isEqualTo("node1");

    RSAPrivateKey key = (RSAPrivateKey) node.getKeyPair().getPrivate();
    byte[] pkcs1 =
        PrivateKeyInfo.getInstance(key.getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();
    TestPki.write(files.key(), pem("RSA PRIVATE KEY", pkcs1));
    assertThat(LiveIdentity.read(files).name().nodeId()).isEqualTo("node1");
  }

  @Test
  void saysWhatToDoAboutALockedManager() {
    IdentityFiles files = pki.manager(dir, "node1");
    TestPki.write(files.key(), pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}));

    assertThatThrownBy(() -> LiveIdentity.read(files))
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("swarm-node.key: the key is encrypted")
        .hasMessageContaining("autolock=false")
        .hasMessageContaining("Docker secret");
  }

  @Test
  void knowsAnEncryptedKeyOfOlderSwarmsByItsHeaders() {
    IdentityFiles files = pki.manager(dir, "node1");
    TestPki.write(
        files.key(),
        """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-256-CBC,00

        AQID
        -----END EC PRIVATE KEY-----
        """);

    assertThatThrownBy(() -> LiveIdentity.read(files)).hasMessageContaining("is encrypted");
  }

  @Test
  void namesTheFileThatIsMissingOrNotUnderstood() throws IOException {
    IdentityFiles files = pki.manager(dir, "node1");
    TestPki.write(files.authority(), "nothing");
    assertThatThrownBy(() -> LiveIdentity.read(files))
        .hasMessageEndingWith("swarm-root-ca.crt: holds no certificate in PEM");

    Files.delete(files.authority());
    assertThatThrownBy(() -> LiveIdentity.read(files))
        .hasMessageEndingWith("swarm-root-ca.crt: no such file");
  }

  @Test
  void refusesACertificateThatIsNotANodes() {
    IdentityFiles files = TestPki.install(dir, pki.issue("CN=www,O=shop"), pki.rootPem());

    assertThatThrownBy(() -> LiveIdentity.read(files))
        .hasMessageContaining("subject: CN=www,O=shop (expected: ");
  }

  @Test
  void refusesASubjectWithTwoRoles() {
    String subject = "CN=n,OU=swarm-manager,OU=swarm-worker,O=c";
    IdentityFiles files = TestPki.install(dir, pki.issue(subject), pki.rootPem());

    assertThatThrownBy(() -> LiveIdentity.read(files)).hasMessageContaining("expected: ");
  }

  @Test
  void takesARenewedPair() throws IOException {
    LiveIdentity identity = LiveIdentity.read(pki.worker(dir, "node1"));

    pki.manager(dir, "node1");
    identity.reload();
    identity.reload();

    assertThat(identity.name().role()).isEqualTo(NodeRole.MANAGER);
    assertThat(identity.renewals()).isEqualTo(1);
    assertThat(identity.failures()).isZero();
  }

  @Test
  void takesNoPairThatIsHalfWritten() throws IOException {
    IdentityFiles files = pki.worker(dir, "node1");
    LiveIdentity identity = LiveIdentity.read(files);
    X509Bundle renewed = pki.issue(TestPki.subject("node1", NodeRole.MANAGER));

    TestPki.write(files.key(), TestPki.withHeader(renewed.getPrivateKeyPEM()));
    identity.reload();

    assertThat(identity.name().role()).isEqualTo(NodeRole.WORKER);
    assertThat(identity.failures()).isEqualTo(1);
    assertThat(identity.error()).contains("swarm-node.key: not the key to ");

    TestPki.write(files.certificate(), renewed.getCertificatePEM());
    identity.reload();

    assertThat(identity.name().role()).isEqualTo(NodeRole.MANAGER);
    assertThat(identity.error()).isNull();
  }

  @Test
  void keepsTheLastGoodIdentityWhenTheManagerIsLocked() throws IOException {
    IdentityFiles files = pki.manager(dir, "node1");
    LiveIdentity identity = LiveIdentity.read(files);

    TestPki.write(files.key(), pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}));
    identity.reload();

    assertThat(identity.name().nodeId()).isEqualTo("node1");
    assertThat(identity.error()).contains("autolock");
  }

  private static String pem(String type, byte[] der) {
    return "-----BEGIN "
        + type
        + "-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }
}
