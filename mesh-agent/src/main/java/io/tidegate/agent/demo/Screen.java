package io.tidegate.agent.demo;

/** Where the demo shows itself. */
interface Screen extends AutoCloseable {

  /** Shows it; false if nobody looks any more. */
  boolean show(Dashboard dashboard);

  /** Leaves the output as it was found; what was shown last stays. */
  @Override
  void close();
}
