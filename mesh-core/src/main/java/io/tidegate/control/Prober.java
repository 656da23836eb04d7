package io.tidegate.control;

import io.tidegate.routing.Endpoint;

/** Connects to endpoints without a client. */
public interface Prober {

  /** Connects once, and offers the control loop the outcome later; does not wait for it. */
  void probe(String serviceId, Endpoint endpoint);
}
