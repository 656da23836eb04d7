package io.tidegate.agent.vip;

import java.io.IOException;

/** How virtual addresses fare, and their end. For any thread. */
public interface Vips {

  VipStatus status();

  /**
   * Hands all addresses back, or takes them again: new clients alone, those that are here finish
   * here. Where the kernel has no IPVS, nobody else serves them. Holds for networks that come
   * later, too.
   *
   * @return how things are then
   * @throws IOException if the rules could not be written; it is tried again
   */
  VipStatus release(boolean release) throws IOException;

  /** Of an agent that serves none. */
  static Vips none(String why) {
    return new Vips() {
      @Override
      public VipStatus status() {
        return VipStatus.none(why);
      }

      @Override
      public VipStatus release(boolean release) {
        return status();
      }
    };
  }
}
