package io.tidegate.agent.peer;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.tidegate.agent.identity.NodeName;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that want to know where this one takes clients, each by one stream. For the server's
 * event loop.
 */
final class HopAudience {

  private final Predicate<String> isMember;
  private final Map<String, ServerCall<byte[], byte[]>> byNode = new HashMap<>();
  private Function<String, @Nullable HopTerms> terms = _ -> null;

  /**
   * @param isMember whether a node id is that of a member now
   */
  HopAudience(Predicate<String> isMember) {
    this.isMember = isMember;
  }

  /**
   * Tells all of them.
   *
   * @param next the terms for a node by its id; null for none
   */
  void tell(Function<String, @Nullable HopTerms> next) {
    terms = next;
    byNode.forEach(this::tell);
  }

  private void tell(String nodeId, ServerCall<byte[], byte[]> call) {
    call.sendMessage(HopTerms.write(terms.apply(nodeId)));
  }

  /** A node listens from now on; if it did before, by this stream instead. */
  ServerCall.Listener<byte[]> add(NodeName name, ServerCall<byte[], byte[]> call) {
    ServerCall<byte[], byte[]> older = byNode.put(name.nodeId(), call);
    if (older != null) {
      older.close(Status.ABORTED.withDescription("a newer stream"), new Metadata());
    }
    call.sendHeaders(new Metadata());
    tell(name.nodeId(), call);
    return new ServerCall.Listener<>() {
      @Override
      public void onCancel() {
        byNode.remove(name.nodeId(), call);
      }
    };
  }

  /** Ends the streams of those that are members no more: their keys are good no more either. */
  void dropFormerMembers() {
    byNode
        .entrySet()
        .removeIf(
            entry -> {
              boolean isFormer = !isMember.test(entry.getKey());
              if (isFormer) {
                entry
                    .getValue()
                    .close(
                        Status.PERMISSION_DENIED.withDescription("this node was removed"),
                        new Metadata());
              }
              return isFormer;
            });
  }
}
