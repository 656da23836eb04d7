package io.tidegate.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** The admin pages of an agent, and somebody who asks for them. */
final class ApiClient implements AutoCloseable {

  final HttpClient client = HttpClient.newHttpClient();
  private final AdminServer server;

  ApiClient(AgentView view) throws IOException {
    server = AdminServer.start(new HostPort("127.0.0.1", 0), true, view);
  }

  /** What a page answers, where it has an answer. */
  JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return parse(answer.body());
  }

  static JsonNode parse(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  HttpResponse<String> get(String path) throws Exception {
    return client.send(request(path), BodyHandlers.ofString());
  }

  HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + HostPort.of(server.address()) + path))
        .build();
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
