package io.tidegate.agent.admin;

import java.io.IOException;

/** One path of the admin address. */
@FunctionalInterface
interface Page {

  /**
   * Answers a GET.
   *
   * @throws QueryException if the query is refused
   */
  Answer answer(Request request) throws IOException;
}
