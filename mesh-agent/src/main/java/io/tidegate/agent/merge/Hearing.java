package io.tidegate.agent.merge;

/** What became of the word of a witness. */
public enum Hearing {
  /** It is known from now on, and worth telling others. */
  NEWS,
  /** It is known, late or of no use. */
  KNOWN,
  /** The node has said too much already. */
  EXCESS
}
