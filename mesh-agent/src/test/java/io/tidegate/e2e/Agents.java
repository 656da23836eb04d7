package io.tidegate.e2e;

import java.util.List;

/** Agents on every node of the lab, however they are run. */
interface Agents extends AutoCloseable {

  int ADMIN_PORT = 9180;

  /** Starts one on every node and waits until each is ready. */
  void start();

  /** Ends them and waits until they are gone. */
  @Override
  void close();

  /** Through which nodes clients are served while the Docker engine of one of them is stopped. */
  List<String> nodesThatServeWithout(String node);
}
