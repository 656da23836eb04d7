package io.tidegate.agent.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidegate.agent.source.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the pages over HTTP: GET and HEAD, few connections, small requests; and POST where
 * something is done.
 */
public final class AdminServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

  // The JDK's server reads its limits from system properties, once.
  static {
    limit("sun.net.httpserver.maxReqTime", 10);
    limit("sun.net.httpserver.maxRspTime", 60); // Longer than any page waits.
    limit("sun.net.httpserver.idleInterval", 30);
    limit("sun.net.httpserver.maxReqHeaders", 64);
    limit("sun.net.httpserver.maxReqHeaderSize", 16 << 10);
    limit("sun.net.httpserver.drainAmount", 16 << 10);
    limit("jdk.httpserver.maxConnections", 256);
    // The rest are closed once they are answered: idle clients must not keep all places taken.
    limit("sun.net.httpserver.maxIdleConnections", 64);
  }

  private static final int BACKLOG = 64;

  private final HttpServer http;
  private final ExecutorService threads;
  private final Pages pages;

  private AdminServer(HttpServer http, Pages pages) {
    this.http = http;
    this.pages = pages;
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory());
    http.setExecutor(threads);
    http.createContext("/", this::handle);
  }

  /**
   * Listens and serves.
   *
   * @param hasTaskMetrics whether each task has series of its own
   * @throws IOException if the address cannot be bound
   */
  public static AdminServer start(HostPort address, boolean hasTaskMetrics, AgentView view)
      throws IOException {
    InetSocketAddress socketAddress = new InetSocketAddress(address.host(), address.port());
    if (socketAddress.isUnresolved()) {
      throw new UnknownHostException(address.host() + ": unknown host");
    }
    HttpServer http = HttpServer.create(socketAddress, BACKLOG);
    AdminServer server = new AdminServer(http, new Pages(view, hasTaskMetrics));
    http.start();
    return server;
  }

  /** Where it listens, with the port that was chosen if any was asked for. */
  public InetSocketAddress address() {
    return http.getAddress();
  }

  /** Stops listening; answers under way are cut. */
  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      send(exchange, answer(exchange));
    } catch (IOException e) {
      LOG.debug("admin: {} went away: {}", exchange.getRemoteAddress(), e.toString());
    }
  }

  private Answer answer(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    Page action = pages.actionAt(path);
    if (action != null) {
      return mayAct(exchange) ? answer(action, exchange) : refusal(exchange);
    }
    Page page = pages.at(path);
    if (page == null) {
      return Answer.text(Answer.NOT_FOUND, path + ": not found\n\n" + Pages.INDEX);
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return Answer.text(
          Answer.METHOD_NOT_ALLOWED, method + ": not allowed (expected: GET or HEAD)\n");
    }
    return answer(page, exchange);
  }

  /** Whoever reaches this address may look; only this node, and no page in a browser, may act. */
  private static boolean mayAct(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("POST")
        && exchange.getRemoteAddress().getAddress().isLoopbackAddress()
        && !exchange.getRequestHeaders().containsKey("Origin");
  }

  private static Answer refusal(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    if (!method.equals("POST")) {
      exchange.getResponseHeaders().set("Allow", "POST");
      return Answer.text(Answer.METHOD_NOT_ALLOWED, method + ": not allowed (expected: POST)\n");
    }
    return Answer.text(
        Answer.FORBIDDEN,
        exchange.getRemoteAddress().getAddress().getHostAddress()
            + ": not allowed (expected: a program on this node, by a loopback address)\n");
  }

  private static Answer answer(Page page, HttpExchange exchange) {
    try {
      return page.answer(
          new Request(
              exchange.getRequestHeaders().getFirst("Accept"),
              new Query(exchange.getRequestURI().getRawQuery())));
    } catch (QueryException e) {
      return Answer.text(Answer.BAD_REQUEST, e.getMessage() + "\n");
    } catch (IOException | RuntimeException e) {
      String path = exchange.getRequestURI().getPath();
      LOG.error("admin: {} failed", path, e);
      return Answer.text(Answer.FAILED, path + ": " + e + "\n");
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.contentType());
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }
}
