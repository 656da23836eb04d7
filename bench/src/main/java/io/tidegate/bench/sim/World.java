package io.tidegate.bench.sim;

import io.tidegate.agent.peer.PeerLimits;
import io.tidegate.agent.peer.WirelessSubscriber;
import java.util.SplittableRandom;

/** What all parts of one run share. */
record World(
    Timeline time,
    Network network,
    Swarm swarm,
    Standings standings,
    Judge judge,
    WirelessSubscriber.Understood understood,
    SplittableRandom random) {

  static final PeerLimits LIMITS = PeerLimits.DEFAULT;
}
