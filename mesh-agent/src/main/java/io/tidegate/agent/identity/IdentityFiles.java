package io.tidegate.agent.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where a node's identity is: three files in PEM.
 *
 * @param certificate the node's certificate, followed by intermediate ones
 * @param key its private key, not encrypted
 * @param authority the certificates of the cluster's root, one or several
 */
public record IdentityFiles(Path certificate, Path key, Path authority) {

  private static final int MAX_FILE_BYTES = 1 << 20;

  /** The files that Swarm keeps in {@code <data-root>/swarm/certificates}. */
  public static IdentityFiles ofSwarm(Path directory) {
    return new IdentityFiles(
        directory.resolve("swarm-node.crt"),
        directory.resolve("swarm-node.key"),
        directory.resolve("swarm-root-ca.crt"));
  }

  /** What the three files say. */
  record Content(String certificate, String key, String authority) {
    @Override
    public String toString() {
      return "certificate, key and authority";
    }
  }

  Content read() throws IdentityException {
    return new Content(read(certificate), read(key), read(authority));
  }

  private static String read(Path file) throws IdentityException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw new IdentityException(file + ": larger than " + MAX_FILE_BYTES + " bytes");
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IdentityException(file + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new IdentityException(file + ": permission denied", e);
    } catch (IdentityException e) {
      throw e;
    } catch (IOException e) {
      throw new IdentityException(file + ": " + e.getMessage(), e);
    }
  }
}
