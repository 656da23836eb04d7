package io.tidegate.routing;

import org.jspecify.annotations.Nullable;

/** By which way clients are passed to other nodes' agents; the label {@code tidegate.hop}. */
public enum HopWay {
  /** Over the ingress network where both nodes are on it, else by TLS. */
  AUTO("auto"),
  /** Over the ingress network alone. */
  OVERLAY("overlay"),
  /** By TLS alone, and every client that a task of another node is to have. */
  TLS("tls");

  private final String word;

  HopWay(String word) {
    this.word = word;
  }

  /**
   * Parses the value of the label.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public static HopWay parse(String text) {
    for (HopWay way : values()) {
      if (way.word.equals(text)) {
        return way;
      }
    }
    throw new IllegalArgumentException(text + " (expected: auto, overlay or tls)");
  }

  /** The offer that is taken up, or null if none of them may be. */
  public @Nullable HopOffer choose(HopOffers offers, Protocol protocol) {
    HopOffer tls = protocol == Protocol.TCP ? offers.tls() : null;
    return switch (this) {
      case AUTO -> offers.overlay() == null ? tls : offers.overlay();
      case OVERLAY -> offers.overlay();
      case TLS -> tls;
    };
  }

  @Override
  public String toString() {
    return word;
  }
}
