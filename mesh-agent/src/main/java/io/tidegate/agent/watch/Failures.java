package io.tidegate.agent.watch;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/** Tells what went wrong with a call in one line. */
final class Failures {

  private Failures() {}

  static WatchException of(String what, StatusRuntimeException e) {
    return of(what, e.getStatus());
  }

  static WatchException of(String what, Status status) {
    Throwable deepest = deepest(status.getCause());
    if (isAlpn(status)) {
      return new WatchException.NoAlpn(status.asException());
    }
    String description = status.getDescription();
    String said =
        description == null
            ? status.getCode().toString()
            : description.lines().findFirst().orElse("");
    String message = deepest == null ? said : said + ": " + deepest.getMessage();
    return new WatchException(what + ": " + message, status.asException());
  }

  private static boolean isAlpn(Status status) {
    for (Throwable at = status.getCause(); at != null; at = at.getCause()) {
      if (String.valueOf(at.getMessage()).contains("ALPN")) {
        return true;
      }
    }
    return String.valueOf(status.getDescription()).contains("ALPN");
  }

  private static @Nullable Throwable deepest(@Nullable Throwable cause) {
    Throwable deepest = cause;
    while (deepest != null && deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest;
  }
}
