package io.tidegate.agent.peer;

import io.grpc.Status;
import io.netty.handler.ssl.NotSslRecordException;
import io.tidegate.agent.identity.Refusal;
import io.tidegate.agent.identity.RefusedException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** Tells from an error why the other side is refused, if it is, and says errors in one line. */
final class Failures {

  private Failures() {}

  /** Why a handshake failed. */
  static RefusedException ofHandshake(Throwable cause) {
    RefusedException refused = find(cause);
    return refused == null ? new RefusedException(Refusal.HANDSHAKE, deepest(cause)) : refused;
  }

  /** Why a call was ended by this side, or null if it was ended for another reason. */
  static @Nullable RefusedException of(Status status) {
    RefusedException refused = status.getCause() == null ? null : find(status.getCause());
    if (refused == null && status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
      return new RefusedException(Refusal.OVERSIZED, String.valueOf(status.getDescription()));
    }
    return refused;
  }

  private static @Nullable RefusedException find(Throwable error) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      if (at instanceof RefusedException refused) {
        return refused;
      }
      if (at instanceof NotSslRecordException) {
        return new RefusedException(Refusal.PLAINTEXT, "the first bytes are no TLS record");
      }
      String message = String.valueOf(at.getMessage());
      if (message.contains("Empty client certificate chain")) {
        return new RefusedException(Refusal.NO_CERTIFICATE, message);
      }
    }
    return null;
  }

  /** An end of a call, in one line. */
  static String text(Status status) {
    String description = status.getDescription();
    // gRPC appends the names of its handlers, on a line of their own.
    String said =
        description == null
            ? status.getCode().toString()
            : description.lines().findFirst().orElse("");
    Throwable cause = status.getCause();
    return cause == null || cause instanceof RefusedException ? said : said + ": " + deepest(cause);
  }

  private static String deepest(Throwable error) {
    Throwable deepest = error;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    if (deepest instanceof ClosedChannelException) {
      return "the connection was closed";
    }
    return String.valueOf(deepest.getMessage());
  }
}
