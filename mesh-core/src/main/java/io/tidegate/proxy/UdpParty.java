package io.tidegate.proxy;

import io.tidegate.metrics.DatagramResult;

/** A session as those see it who receive for many sessions with one call, and send. */
interface UdpParty {

  /** Where its answers go to. */
  UdpClient client();

  /** By which its answers leave. */
  UdpExit exit();

  /** Sends what the batch holds for the task. */
  void forward(int count);

  /** An answer was sent, or was not. */
  void onSent(DatagramResult result, int bytes);
}
