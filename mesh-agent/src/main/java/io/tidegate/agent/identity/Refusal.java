package io.tidegate.agent.identity;

import java.util.Locale;

/** Why another node, or what it said, was refused. */
public enum Refusal {
  PLAINTEXT("does not speak TLS"),
  NO_CERTIFICATE("shows no certificate"),
  SELF_SIGNED("shows a certificate that it signed itself"),
  UNTRUSTED("shows a certificate that our cluster's root did not sign"),
  EXPIRED("shows a certificate that is not valid now"),
  NO_NODE("shows a certificate that is not a node's"),
  OTHER_CLUSTER("is a node of another cluster"),
  NOT_A_MEMBER("is no node of this cluster any more"),
  NOT_A_MANAGER("is not a manager, and only managers may publish"),
  HANDSHAKE("broke off the TLS handshake"),
  OVERSIZED("sent more than is allowed"),
  MALFORMED("sent what cannot be understood"),
  BACKWARDS("went back to an earlier version"),
  GAP("sent a change of a version that is not known here"),
  TOO_SLOW("did not take what was sent for too long"),
  FOREIGN_TASK("marked a task of another node"),
  FOREIGN_WITNESS("spoke for another node"),
  TOO_MANY_WORDS("spoke of more tasks than a node is believed about");

  private final String sentence;

  Refusal(String sentence) {
    this.sentence = sentence;
  }

  /** What the other did, to follow its name. */
  public String sentence() {
    return sentence;
  }

  /** The reason as a label of metrics: {@code not_a_member}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
