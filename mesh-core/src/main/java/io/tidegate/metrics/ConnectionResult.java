package io.tidegate.metrics;

import java.util.Locale;

/** How the set-up of an accepted connection ended: each one ends in exactly one of these. */
public enum ConnectionResult {
  /** A task answered and the relay began. */
  OK,
  /** Every attempt was refused or failed at once; the client got a reset. */
  REFUSED,
  /** No attempt was answered in time; the client got a reset. */
  TIMEOUT,
  /** The route had no endpoint that may be picked; the client got a reset. */
  NO_ENDPOINT,
  /** The client's address may not come, as its policy says; the client got a reset. */
  DENIED,
  /** The route had as many clients as its policy allows; the client got a reset. */
  LIMIT,
  /** As many clients of the route had come in the last second as may; the client got a reset. */
  RATE_LIMIT,
  /** The client's address had as many clients as may come from one; the client got a reset. */
  SOURCE_LIMIT,
  /** As many of its address had come in the last second as may; the client got a reset. */
  SOURCE_RATE_LIMIT,
  /**
   * There was no PROXY protocol header that counts, and there had to be; the client got a reset.
   */
  PROXY_HEADER,
  /**
   * The task could not see the client's own address, without which the route takes nobody; the
   * client got a reset.
   */
  NOT_TRANSPARENT,
  /** The client left before a task was asked for, or while it waited for one. */
  CLIENT_GONE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
