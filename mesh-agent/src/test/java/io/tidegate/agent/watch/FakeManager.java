package io.tidegate.agent.watch;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A manager's control socket: real gRPC over TLS over a Unix socket. It says what it is told. */
final class FakeManager implements AutoCloseable {

  private final Path socket;
  private final TestCertificate certificate;
  private final EventLoopGroup eventLoop =
      new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
  private final List<StreamObserver<byte[]>> streams = new CopyOnWriteArrayList<>();
  private final AtomicInteger listings = new AtomicInteger();
  private volatile Swarmkit.ListServicesResponse services =
      Swarmkit.ListServicesResponse.getDefaultInstance();
  private volatile Swarmkit.ListTasksResponse tasks =
      Swarmkit.ListTasksResponse.getDefaultInstance();
  private volatile Swarmkit.ListNodesResponse nodes =
      Swarmkit.ListNodesResponse.getDefaultInstance();
  private volatile @Nullable CountDownLatch listing;
  private volatile @Nullable Status refusal;
  private volatile boolean isSilent;
  private @Nullable Server server;

  FakeManager(Path socket, TestCertificate certificate) {
    this.socket = socket;
    this.certificate = certificate;
  }

  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(eventLoop)
            .workerEventLoopGroup(eventLoop)
            .sslContext(
                GrpcSslContexts.configure(
                        SslContextBuilder.forServer(certificate.key(), certificate.certificate()))
                    .build())
            .addService(watch())
            .addService(control())
            .build()
            .start();
  }

  void stop() throws IOException {
    Server running = server;
    if (running != null) {
      running.shutdownNow();
      await().until(running::isTerminated);
      server = null;
    }
    streams.clear();
    Files.deleteIfExists(socket);
  }

  void list(List<Swarmkit.Service> someServices, List<Swarmkit.Task> someTasks) {
    services = Swarmkit.ListServicesResponse.newBuilder().addAllServices(someServices).build();
    tasks = Swarmkit.ListTasksResponse.newBuilder().addAllTasks(someTasks).build();
  }

  void listNodes(List<Swarmkit.Node> someNodes) {
    nodes = Swarmkit.ListNodesResponse.newBuilder().addAllNodes(someNodes).build();
  }

  /** Lists do not come until {@link #resumeListing}. */
  void holdListing() {
    listing = new CountDownLatch(1);
  }

  void resumeListing() {
    CountDownLatch held = listing;
    listing = null;
    if (held != null) {
      held.countDown();
    }
  }

  /** Every list fails from now on, or none does. */
  void refuseListing(@Nullable Status status) {
    refusal = status;
  }

  /** Streams begin without the first, empty message. */
  void beSilent() {
    isSilent = true;
  }

  int listings() {
    return listings.get();
  }

  int watchers() {
    return streams.size();
  }

  void send(Swarmkit.WatchMessage message) {
    sendBytes(message.toByteArray());
  }

  void sendBytes(byte[] message) {
    streams.forEach(stream -> stream.onNext(message));
  }

  void breakStreams(Status status) {
    streams.forEach(stream -> stream.onError(status.asRuntimeException()));
    streams.clear();
  }

  private ServerServiceDefinition watch() {
    return ServerServiceDefinition.builder("docker.swarmkit.v1.Watch")
        .addMethod(
            bytes(SwarmkitMethods.WATCH),
            ServerCalls.asyncServerStreamingCall(
                (byte[] request, StreamObserver<byte[]> stream) -> {
                  if (!isSilent) {
                    stream.onNext(new byte[0]);
                  }
                  streams.add(stream);
                }))
        .build();
  }

  private ServerServiceDefinition control() {
    return ServerServiceDefinition.builder("docker.swarmkit.v1.Control")
        .addMethod(
            bytes(SwarmkitMethods.LIST_SERVICES),
            ServerCalls.asyncUnaryCall((request, answer) -> answer(services, answer)))
        .addMethod(
            bytes(SwarmkitMethods.LIST_TASKS),
            ServerCalls.asyncUnaryCall((request, answer) -> answer(tasks, answer)))
        .addMethod(
            bytes(SwarmkitMethods.LIST_NODES),
            ServerCalls.asyncUnaryCall((request, answer) -> answer(nodes, answer)))
        .build();
  }

  private void answer(Message message, StreamObserver<byte[]> answer) {
    listings.incrementAndGet();
    CountDownLatch held = listing;
    Status refused = refusal;
    try {
      if (held != null) {
        held.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (refused != null) {
      answer.onError(refused.asRuntimeException());
    } else {
      answer.onNext(message.toByteArray());
      answer.onCompleted();
    }
  }

  /** The same call with messages that may also be nonsense. */
  private static MethodDescriptor<byte[], byte[]> bytes(MethodDescriptor<?, ?> method) {
    return method.toBuilder(new Bytes(), new Bytes()).build();
  }

  private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    resumeListing();
    stop();
    eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
