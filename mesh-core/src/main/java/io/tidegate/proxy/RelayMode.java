package io.tidegate.proxy;

import java.util.Locale;

/** How relays move bytes. */
public enum RelayMode {
  /**
   * By copying until a direction turns out to be a bulk transfer, from then on by splicing. The
   * default.
   */
  ADAPTIVE,
  /** Always through the shard's buffer. */
  COPY,
  /** Always in the kernel, through a pipe. */
  SPLICE;

  /**
   * Parses an option's value.
   *
   * @throws IllegalArgumentException naming the value and what is allowed
   */
  public static RelayMode parse(String text) {
    for (RelayMode mode : values()) {
      if (mode.toString().equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(text + " (expected: adaptive, copy or splice)");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
