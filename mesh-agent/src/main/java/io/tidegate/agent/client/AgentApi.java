package io.tidegate.agent.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The admin address of one agent, asked over HTTP. */
final class AgentApi implements AutoCloseable {

  /** Enough for any page that does not wait. */
  static final Duration LIMIT = Duration.ofSeconds(15);

  private static final int OK = 200;
  private static final JsonMapper MAPPER = new JsonMapper();

  private final HostPort address;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(3))
          .build();

  AgentApi(HostPort address) {
    this.address = address;
  }

  HostPort address() {
    return address;
  }

  /** A value as it may stand in a query. */
  static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /**
   * The text of a page.
   *
   * @throws AgentAbsentException if nothing answers in time
   * @throws ClientException with what the agent says if it refuses, or if the address is not one
   */
  String get(String path, Duration limit) throws ClientException, InterruptedException {
    return send(request(path, limit).GET().build());
  }

  /**
   * What the agent answers to an action; otherwise like {@link #get}.
   *
   * @throws ClientException with what the agent says if it refuses
   */
  String post(String path, Duration limit) throws ClientException, InterruptedException {
    return send(request(path, limit).POST(BodyPublishers.noBody()).build());
  }

  private String send(HttpRequest request) throws ClientException, InterruptedException {
    HttpResponse<String> answer;
    try {
      answer = http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AgentAbsentException(
          "%s: no agent answers (expected: the admin address of one; see --admin or %s)"
              .formatted(address, ApiCommand.VARIABLE));
    }
    if (answer.statusCode() != OK) {
      throw new ClientException(answer.body().lines().findFirst().orElse("no answer"));
    }
    return answer.body();
  }

  // A name may have an underscore wherever it is looked up, but not in a URL.
  private HttpRequest.Builder request(String path, Duration limit) throws ClientException {
    try {
      return HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(limit);
    } catch (IllegalArgumentException e) {
      throw new ClientException(
          address
              + ": not in a URL (expected: a host of letters, digits, - and ., or its address)");
    }
  }

  /** The same as JSON. */
  JsonNode json(String path, Duration limit) throws ClientException, InterruptedException {
    return parse(get(path, limit));
  }

  JsonNode parse(String text) throws ClientException {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new ClientException(address + ": not JSON: " + e.getOriginalMessage());
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
