package io.tidegate.agent.vip;

import io.tidegate.proxy.Foothold;
import java.io.IOException;

/** The data path, as far as it serves virtual addresses. */
public interface VipPath {

  /**
   * Has clients of a network come in there: {@link io.tidegate.proxy.Shards#placeVirtual(String,
   * Foothold)}.
   */
  int place(String networkId, Foothold foothold) throws IOException;

  /** Takes no new clients of a network: {@link io.tidegate.proxy.Shards#leaveVirtual}. */
  void leave(String networkId);
}
