package io.tidegate.agent.admin;

import io.tidegate.routing.Access;
import io.tidegate.routing.Cidr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which clients may come: of those that are allowed, or of all where none is, whom none denies. */
record AccessAnswer(List<String> allow, List<String> deny) {

  /** Null where everybody may come. */
  static @Nullable AccessAnswer of(Access access) {
    return access.isOpen() ? null : new AccessAnswer(texts(access.allow()), texts(access.deny()));
  }

  private static List<String> texts(List<Cidr> blocks) {
    return blocks.stream().map(Cidr::toString).toList();
  }
}
