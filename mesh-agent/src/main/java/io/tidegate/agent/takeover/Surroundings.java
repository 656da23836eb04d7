package io.tidegate.agent.takeover;

import io.tidegate.agent.linux.Ipvs;
import io.tidegate.proxy.Foothold;
import java.io.IOException;

/** What there is on this node to take ports over from. */
interface Surroundings {

  /** Whether Docker's mesh can work here. */
  Ipvs ipvs();

  /**
   * Which namespace Docker's mesh has now; another one has another identity.
   *
   * @throws IOException if there is none, naming where it should be
   */
  String identity() throws IOException;

  /**
   * Where Docker's mesh brings its clients.
   *
   * @throws IOException naming what is missing
   */
  Foothold foothold() throws IOException;

  /**
   * The rules there, in a form that can be had.
   *
   * @param mark of packets and connections that are the agent's
   * @throws IOException if none can be, saying why
   */
  Rules rules(Foothold foothold, int mark) throws IOException;
}
