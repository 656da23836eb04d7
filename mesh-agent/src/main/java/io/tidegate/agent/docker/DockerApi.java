package io.tidegate.agent.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.tidegate.agent.docker.DockerAnswers.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The few reading calls of Docker's HTTP API. Speaks the newest version that both sides know, gives
 * up on an answer that takes or is too long, and turns every other answer than 2xx into an {@link
 * IOException} with Docker's own message.
 */
public final class DockerApi implements AutoCloseable {

  private static final ApiVersion NEWEST_KNOWN = new ApiVersion(1, 47);
  private static final long MAX_ANSWER_BYTES = 256L << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final URI host;
  private final Duration timeout;
  private final DockerHttpClient http;
  private volatile @Nullable ApiVersion version;

  public DockerApi(DockerConfig config) {
    this.host = config.host();
    this.timeout = config.callTimeout();
    this.http =
        new ApacheDockerHttpClient.Builder()
            .dockerHost(host)
            .sslConfig(host.getScheme().equals("unix") ? DockerApi::trustNobody : null)
            .connectionTimeout(timeout)
            .build();
  }

  /**
   * For a socket on which TLS is never spoken. Where nothing is given, the client reads every
   * authority that Java trusts, which is a fifth of the agent's start.
   */
  private static SSLContext trustNobody() throws KeyManagementException, NoSuchAlgorithmException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[0], null);
    return context;
  }

  /** The version that is spoken, as in {@code 1.41}, or null before the first call. */
  public @Nullable String version() {
    ApiVersion known = version;
    return known == null ? null : known.toString();
  }

  /** Asks anew which version to speak: after a restart the daemon may be another. */
  public void forgetVersion() {
    version = null;
  }

  /**
   * GETs and parses one object or list.
   *
   * @param path below the version, with the query, as in {@code /nodes}
   */
  <T> T get(String path, TypeReference<T> type) throws IOException, InterruptedException {
    ObjectReader reader = JSON.readerFor(type);
    String versioned = versioned(path);
    return within(
        versioned,
        () -> {
          try (Response response = execute(versioned)) {
            T answer = reader.readValue(bounded(response, versioned));
            if (answer == null) {
              throw new IOException("GET " + versioned + ": an empty answer");
            }
            return answer;
          }
        });
  }

  /**
   * Follows /events until the stream ends or the thread is interrupted.
   *
   * @param connected runs once the daemon has accepted the request
   * @throws IOException when the stream ends, which it never does of its own accord
   */
  void events(
      Map<String, List<String>> filters, Runnable connected, Consumer<DockerAnswers.Event> sink)
      throws IOException, InterruptedException {
    String path = versioned("/events" + filters(filters));
    try (Response response = execute(path)) {
      // first of all: the parser waits for the first event, and there may be none for hours
      connected.run();
      try (MappingIterator<DockerAnswers.Event> events =
          JSON.readerFor(DockerAnswers.Event.class).readValues(response.getBody())) {
        while (events.hasNextValue()) {
          sink.accept(events.nextValue());
        }
      }
    }
    throw new IOException("GET " + path + ": the stream ended");
  }

  /** The query that narrows a list, as in {@code ?filters=…}. */
  static String filters(Map<String, List<String>> filters) {
    try {
      String json = JSON.writeValueAsString(filters);
      return "?filters=" + URLEncoder.encode(json, StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("filters: " + filters, e);
    }
  }

  private String versioned(String path) throws IOException, InterruptedException {
    ApiVersion known = version;
    if (known == null) {
      known = within("/_ping", this::negotiate);
      version = known;
    }
    return "/v" + known + path;
  }

  private ApiVersion negotiate() throws IOException {
    try (Response response = execute("/_ping")) {
      for (Map.Entry<String, List<String>> header : response.getHeaders().entrySet()) {
        if (header.getKey().equalsIgnoreCase("Api-Version") && !header.getValue().isEmpty()) {
          return ApiVersion.parse(header.getValue().getFirst()).atMost(NEWEST_KNOWN);
        }
      }
      throw new IOException(host + ": GET /_ping: no Api-Version: is this a Docker engine?");
    }
  }

  private Response execute(String path) throws IOException {
    Response response;
    try {
      response = http.execute(Request.builder().method(Request.Method.GET).path(path).build());
    } catch (RuntimeException e) {
      // the transport wraps what the socket throws
      Throwable cause = e.getCause() instanceof IOException io ? io : e;
      throw new IOException(host + ": " + cause.getMessage(), cause);
    }
    int status = response.getStatusCode();
    if (status / 100 != 2) {
      try (response) {
        throw new DockerException(status, "GET " + path + ": " + status + " " + message(response));
      }
    }
    return response;
  }

  private static String message(Response response) {
    try {
      byte[] body = response.getBody().readNBytes(4096);
      Message message = JSON.readValue(body, Message.class);
      return message.message();
    } catch (IOException e) {
      return "(no message)";
    }
  }

  private static InputStream bounded(Response response, String path) {
    return new BoundedInputStream(response.getBody(), MAX_ANSWER_BYTES, "GET " + path);
  }

  /**
   * A thread of its own for every call: the transport knows no timeout on Unix sockets, but an
   * interrupt closes the socket and so ends any wait.
   */
  private <T> T within(String path, Callable<T> call) throws IOException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofVirtual().name("docker-call").start(task);
    try {
      return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "%s: GET %s: no answer within %d ms".formatted(host, path, timeout.toMillis()), e);
    } catch (ExecutionException e) {
      throw asIoException(path, e);
    } finally {
      task.cancel(true);
    }
  }

  private static IOException asIoException(String path, ExecutionException e) {
    return switch (e.getCause()) {
      case JsonProcessingException json ->
          new IOException("GET " + path + ": not understood: " + json.getOriginalMessage(), json);
      case IOException io -> io;
      case null, default -> new IOException("GET " + path + ": " + e.getCause(), e);
    };
  }

  @Override
  public void close() {
    try {
      http.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
