package io.tidegate.agent.peer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done again and again, also after it has failed once: an event loop would end it then, and
 * tell nobody.
 *
 * @param what for the log
 */
record Tick(String what, Runnable work) implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Tick.class);

  @Override
  public void run() {
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{}: a tick failed", what, e);
    }
  }
}
