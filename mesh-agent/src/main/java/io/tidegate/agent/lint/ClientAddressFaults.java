package io.tidegate.agent.lint;

import io.tidegate.agent.labels.Labels;
import io.tidegate.routing.ClientAddress;
import io.tidegate.routing.ClientIp;
import io.tidegate.routing.Fallback;
import io.tidegate.routing.Protocol;
import io.tidegate.routing.ProxyIn;
import io.tidegate.routing.Publication;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Of the labels about addresses of clients, each may be good and all of them together not. */
final class ClientAddressFaults {

  private ClientAddressFaults() {}

  /**
   * What is wrong, by the name of the label.
   *
   * @param ports all that the service publishes through the mesh
   */
  static Map<String, String> of(ClientAddress policy, List<Publication> ports) {
    Map<String, String> faults = new TreeMap<>();
    boolean reads = policy.proxyIn() != ProxyIn.OFF;
    if (reads && policy.trusted().isEmpty()) {
      faults.put(
          Labels.PROXY_IN,
          "%s without %s, so that no header would be believed (expected: both)"
              .formatted(policy.proxyIn(), Labels.PROXY_IN_TRUSTED));
    } else if (reads && publishesOnly(ports, Protocol.UDP)) {
      faults.put(
          Labels.PROXY_IN,
          policy.proxyIn() + ", but the service publishes UDP alone (expected: a port of TCP)");
    } else if (!reads && !policy.trusted().isEmpty()) {
      faults.put(
          Labels.PROXY_IN_TRUSTED,
          "means nothing without %s (expected: both)".formatted(Labels.PROXY_IN));
    }
    if (!policy.isTransparent() && policy.fallback() != Fallback.OFF) {
      faults.put(
          Labels.CLIENT_IP_FALLBACK,
          "means nothing unless %s is transparent (expected: both)".formatted(Labels.CLIENT_IP));
    }
    if (policy.header() == ClientIp.PROXY_V1 && publishes(ports, Protocol.UDP)) {
      faults.put(
          policy.isTransparent() ? Labels.CLIENT_IP_FALLBACK : Labels.CLIENT_IP,
          "proxy-v1, without which the service's datagrams pass (expected: proxy-v2)");
    }
    return faults;
  }

  private static boolean publishesOnly(List<Publication> ports, Protocol protocol) {
    return !ports.isEmpty() && ports.stream().allMatch(p -> p.port().protocol() == protocol);
  }

  private static boolean publishes(List<Publication> ports, Protocol protocol) {
    return ports.stream().anyMatch(p -> p.port().protocol() == protocol);
  }
}
