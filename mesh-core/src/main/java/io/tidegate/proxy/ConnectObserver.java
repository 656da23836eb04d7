package io.tidegate.proxy;

import io.tidegate.routing.ConnectOutcome;

/** Hears how connects to endpoints end, as far as that says something new of them. */
public interface ConnectObserver {

  /** A connect failed, was answered after others had failed, or was a probe. For any thread. */
  void onOutcome(ConnectOutcome outcome);
}
