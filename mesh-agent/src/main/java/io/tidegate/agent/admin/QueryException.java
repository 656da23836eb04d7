package io.tidegate.agent.admin;

/** A query that is refused; the message names the parameter, its value and what is allowed. */
final class QueryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  QueryException(String message) {
    super(message);
  }
}
