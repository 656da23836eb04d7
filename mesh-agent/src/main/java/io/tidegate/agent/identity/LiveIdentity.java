package io.tidegate.agent.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's identity, kept up to date with its files: the next handshake takes what was read
 * last, and connections that stand go on. Files that cannot be used leave the last good identity in
 * force.
 */
public final class LiveIdentity {

  private static final Logger LOG = LoggerFactory.getLogger(LiveIdentity.class);

  private final IdentityFiles files;
  private final IdentityReader reader;
  private final AtomicLong renewals = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile NodeIdentity current;
  private volatile @Nullable String error;

  // Written by the constructor, and from then on by whoever reloads: one at a time.
  private IdentityFiles.Content content;

  private LiveIdentity(IdentityFiles files) throws IdentityException {
    this.files = files;
    this.reader = new IdentityReader(files);
    this.content = files.read();
    this.current = reader.parse(content);
    LOG.info("this node is {}, says {}", current.name(), files.certificate());
  }

  /**
   * Reads an identity.
   *
   * @throws IdentityException naming the file, what is wrong with it and what to do
   */
  public static LiveIdentity read(IdentityFiles files) throws IdentityException {
    return new LiveIdentity(files);
  }

  /** Looks at the files once, and takes what they say if it is new and good. */
  public synchronized void reload() {
    try {
      IdentityFiles.Content read = files.read();
      if (read.equals(content)) {
        error = null;
        return;
      }
      NodeIdentity next = reader.parse(read);
      content = read;
      current = next;
      error = null;
      renewals.incrementAndGet();
      LOG.info(
          "{}: renewed, {} until {}",
          files.certificate(),
          next.name(),
          next.certificate().getNotAfter().toInstant());
    } catch (IdentityException e) {
      onUnusable(String.valueOf(e.getMessage()));
    }
  }

  private void onUnusable(String message) {
    failures.incrementAndGet();
    if (!message.equals(error)) {
      LOG.warn("{}; the last good identity stays in force", message);
    }
    error = message;
  }

  NodeIdentity current() {
    return current;
  }

  /** Shows this node's identity in handshakes, at each time the one in force. */
  public X509ExtendedKeyManager keyManager() {
    return new NodeKey(this);
  }

  /** Who this node is by the certificate in force. */
  public NodeName name() {
    return current.name();
  }

  /**
   * A secret that follows from the private key in force, and says nothing of it.
   *
   * @param purpose what it is for: each has another
   */
  public byte[] secret(String purpose) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(current.key().getEncoded(), "HmacSHA256"));
      return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  /** Until when the certificate in force is valid. */
  public Instant validUntil() {
    return current.certificate().getNotAfter().toInstant();
  }

  /** What is wrong with the files now, in one line, or null when all is well. */
  public @Nullable String error() {
    return error;
  }

  /** How often a new identity came into force since the start. */
  public long renewals() {
    return renewals.get();
  }

  /** How often the files were looked at and could not be used. */
  public long failures() {
    return failures.get();
  }
}
