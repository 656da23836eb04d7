package io.tidegate.agent.watch;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** The calls of a manager that are used: those that read. */
final class SwarmkitMethods {

  static final MethodDescriptor<Swarmkit.WatchRequest, Swarmkit.WatchMessage> WATCH =
      method(
          MethodType.SERVER_STREAMING,
          "docker.swarmkit.v1.Watch/Watch",
          Swarmkit.WatchRequest.parser(),
          Swarmkit.WatchMessage.parser());

  static final MethodDescriptor<Swarmkit.ListServicesRequest, Swarmkit.ListServicesResponse>
      LIST_SERVICES =
          method(
              MethodType.UNARY,
              "docker.swarmkit.v1.Control/ListServices",
              Swarmkit.ListServicesRequest.parser(),
              Swarmkit.ListServicesResponse.parser());

  static final MethodDescriptor<Swarmkit.ListTasksRequest, Swarmkit.ListTasksResponse> LIST_TASKS =
      method(
          MethodType.UNARY,
          "docker.swarmkit.v1.Control/ListTasks",
          Swarmkit.ListTasksRequest.parser(),
          Swarmkit.ListTasksResponse.parser());

  static final MethodDescriptor<Swarmkit.ListNodesRequest, Swarmkit.ListNodesResponse> LIST_NODES =
      method(
          MethodType.UNARY,
          "docker.swarmkit.v1.Control/ListNodes",
          Swarmkit.ListNodesRequest.parser(),
          Swarmkit.ListNodesResponse.parser());

  private SwarmkitMethods() {}

  private static <I extends Message, O extends Message> MethodDescriptor<I, O> method(
      MethodType type, String name, Parser<I> requests, Parser<O> responses) {
    return MethodDescriptor.<I, O>newBuilder()
        .setType(type)
        .setFullMethodName(name)
        .setRequestMarshaller(new Marshaller<>(requests))
        .setResponseMarshaller(new Marshaller<>(DiscardUnknownFieldsParser.wrap(responses)))
        .build();
  }

  private record Marshaller<T extends Message>(Parser<T> parser)
      implements MethodDescriptor.Marshaller<T> {

    @Override
    public InputStream stream(T message) {
      return new ByteArrayInputStream(message.toByteArray());
    }

    @Override
    public T parse(InputStream stream) {
      try {
        return parser.parseFrom(stream);
      } catch (InvalidProtocolBufferException e) {
        throw Status.DATA_LOSS
            .withDescription("not understood: " + e.getMessage())
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
