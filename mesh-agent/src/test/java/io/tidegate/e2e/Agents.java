package io.tidegate.e2e;

/** Agents on every node of the lab, however they are run. */
interface Agents extends AutoCloseable {

  int ADMIN_PORT = 9180;

  /** Starts one on every node and waits until each is ready. */
  void start();

  /** Ends them and waits until they are gone. */
  @Override
  void close();
}
