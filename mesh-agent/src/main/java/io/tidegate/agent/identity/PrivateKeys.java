package io.tidegate.agent.identity;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/** Private keys, in the forms that Swarm and OpenSSL write. */
final class PrivateKeys {

  private static final byte[] PKCS8_VERSION = {2, 1, 0};
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;

  private PrivateKeys() {}

  /**
   * Decodes a key.
   *
   * @param type the PEM block's: PKCS#8 ({@code PRIVATE KEY}), SEC1 ({@code EC PRIVATE KEY}) or
   *     PKCS#1 ({@code RSA PRIVATE KEY})
   * @param publicKey of the certificate that the key is for: it says the algorithm and the curve
   */
  static PrivateKey decode(String type, byte[] der, PublicKey publicKey)
      throws GeneralSecurityException {
    byte[] pkcs8 =
        switch (type) {
          case "PRIVATE KEY" -> der;
          case "EC PRIVATE KEY", "RSA PRIVATE KEY" -> wrap(der, publicKey);
          default ->
              throw new InvalidKeySpecException(
                  type + " (expected: PRIVATE KEY, EC PRIVATE KEY or RSA PRIVATE KEY)");
        };
    return KeyFactory.getInstance(publicKey.getAlgorithm())
        .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  /** Whether a private key is the one to a certificate's public key. */
  static boolean match(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
    String algorithm = "EC".equals(publicKey.getAlgorithm()) ? "SHA256withECDSA" : "SHA256withRSA";
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(privateKey);
    signature.update(PKCS8_VERSION);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(PKCS8_VERSION);
    return signature.verify(signed);
  }

  /** A key of its own kind as PKCS#8: with the algorithm that the public key names. */
  private static byte[] wrap(byte[] der, PublicKey publicKey) throws InvalidKeySpecException {
    return element(
        SEQUENCE, PKCS8_VERSION, algorithm(publicKey.getEncoded()), element(OCTET_STRING, der));
  }

  /** The first element of a public key's sequence. */
  private static byte[] algorithm(byte[] publicKey) throws InvalidKeySpecException {
    int from = contentAt(publicKey, 0);
    int to = contentAt(publicKey, from) + length(publicKey, from);
    if (to > publicKey.length) {
      throw new InvalidKeySpecException("a public key that is cut off");
    }
    return Arrays.copyOfRange(publicKey, from, to);
  }

  private static int contentAt(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = at + 2; i < contentAt(der, at); i++) {
      length = (length << 8) | (der[i] & 0xff);
    }
    return length;
  }

  private static byte[] element(int tag, byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
