package io.tidegate.agent.admin;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One path of the admin address. */
@FunctionalInterface
interface Page {

  /**
   * Answers a GET.
   *
   * @param accept the header Accept, which decides among formats where there are several
   */
  Answer answer(@Nullable String accept) throws IOException;
}
