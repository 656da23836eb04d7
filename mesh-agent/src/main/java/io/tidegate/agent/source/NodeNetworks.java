package io.tidegate.agent.source;

import io.tidegate.routing.Cidr;
import java.util.List;

/**
 * The networks that containers of this node are on.
 *
 * @param blocks the addresses that they give out
 * @param ipv6 whether tasks have addresses of IPv6 on the bridge by which they leave their node
 */
public record NodeNetworks(List<Cidr> blocks, boolean ipv6) {

  public NodeNetworks {
    blocks = List.copyOf(blocks);
  }
}
