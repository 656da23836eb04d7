package io.tidegate.agent.identity;

import java.security.cert.CertificateException;

/** Another node is refused; the message says what it did: {@code is not a manager: …}. */
public final class RefusedException extends CertificateException {

  private static final long serialVersionUID = 1L;

  private final Refusal refusal;
  private final String detail;

  public RefusedException(Refusal refusal, String detail) {
    super(refusal.sentence() + ": " + detail);
    this.refusal = refusal;
    this.detail = detail;
  }

  public Refusal refusal() {
    return refusal;
  }

  /** What it was, without the reason. */
  public String detail() {
    return detail;
  }
}
