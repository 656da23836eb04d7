package io.tidegate.agent.docker;

import static io.tidegate.agent.docker.Fields.orElse;
import static io.tidegate.agent.docker.Fields.orEmpty;
import static io.tidegate.agent.docker.Fields.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Docker answers about itself, its containers and its Swarm, with the fields that are used and
 * no others. Lists and maps are never null (Docker leaves out empty ones or sends null); texts that
 * are left out are empty.
 */
public final class DockerAnswers {

  private DockerAnswers() {}

  /** The body of an error. */
  record Message(@JsonProperty("message") String message) {
    Message {
      message = orEmpty(message);
    }
  }

  /** GET /info. */
  public record EngineInfo(
      @JsonProperty("ServerVersion") String engineVersion,
      @JsonProperty("Name") String name,
      @JsonProperty("Swarm") SwarmInfo swarm) {

    public static final EngineInfo UNKNOWN =
        new EngineInfo("", "", new SwarmInfo("", "", "", false, "", List.of()));

    public EngineInfo {
      engineVersion = orEmpty(engineVersion);
      name = orEmpty(name);
      swarm = orElse(swarm, new SwarmInfo("", "", "inactive", false, "", List.of()));
    }
  }

  /** What a daemon knows of its own part in a Swarm. */
  public record SwarmInfo(
      @JsonProperty("NodeID") String nodeId,
      @JsonProperty("NodeAddr") String nodeAddress,
      @JsonProperty("LocalNodeState") String localNodeState,
      @JsonProperty("ControlAvailable") boolean controlAvailable,
      @JsonProperty("Error") String error,
      @JsonProperty("RemoteManagers") List<RemoteManager> remoteManagers) {
    public SwarmInfo {
      nodeId = orEmpty(nodeId);
      nodeAddress = orEmpty(nodeAddress);
      localNodeState = orEmpty(localNodeState);
      error = orEmpty(error);
      remoteManagers = orEmpty(remoteManagers);
    }
  }

  /** A manager as a node knows it: its address has the port of the Swarm's API. */
  public record RemoteManager(
      @JsonProperty("NodeID") String nodeId, @JsonProperty("Addr") String address) {
    public RemoteManager {
      nodeId = orEmpty(nodeId);
      address = orEmpty(address);
    }
  }

  /** The commit that wrote an object last. */
  record Version(@JsonProperty("Index") long index) {
    static final Version UNKNOWN = new Version(0);
  }

  /** An element of GET /services. */
  record Service(
      @JsonProperty("ID") String id,
      @JsonProperty("Version") Version version,
      @JsonProperty("CreatedAt") String createdAt,
      @JsonProperty("UpdatedAt") String updatedAt,
      @JsonProperty("Spec") ServiceSpec spec,
      @JsonProperty("Endpoint") ServiceEndpoint endpoint) {
    Service {
      id = required("ID", id);
      version = orElse(version, Version.UNKNOWN);
      createdAt = orEmpty(createdAt);
      updatedAt = orEmpty(updatedAt);
      spec = required("Spec", spec);
      endpoint = orElse(endpoint, new ServiceEndpoint(List.of(), List.of()));
    }
  }

  /** What was asked of a service. */
  record ServiceSpec(
      @JsonProperty("Name") String name,
      @JsonProperty("Labels") Map<String, String> labels,
      @JsonProperty("TaskTemplate") TaskTemplate taskTemplate) {
    ServiceSpec {
      name = required("Spec.Name", name);
      labels = orEmpty(labels);
      taskTemplate = orElse(taskTemplate, TaskTemplate.UNKNOWN);
    }
  }

  /** What was asked of a service's tasks. */
  record TaskTemplate(@JsonProperty("ContainerSpec") ContainerSpec containerSpec) {
    static final TaskTemplate UNKNOWN = new TaskTemplate(ContainerSpec.UNKNOWN);

    TaskTemplate {
      containerSpec = orElse(containerSpec, ContainerSpec.UNKNOWN);
    }
  }

  /** What was asked of their containers; no time to stop is 0. */
  record ContainerSpec(@JsonProperty("StopGracePeriod") long stopGraceNanos) {
    static final ContainerSpec UNKNOWN = new ContainerSpec(0);
  }

  /** Where a service is published, and its addresses. */
  record ServiceEndpoint(
      @JsonProperty("Ports") List<Port> ports,
      @JsonProperty("VirtualIPs") List<VirtualIp> virtualIps) {
    ServiceEndpoint {
      ports = orEmpty(ports);
      virtualIps = orEmpty(virtualIps);
    }
  }

  /** The address of a service on one network, in the form of CIDR. */
  record VirtualIp(
      @JsonProperty("NetworkID") String networkId, @JsonProperty("Addr") String address) {
    VirtualIp {
      networkId = orEmpty(networkId);
      address = orEmpty(address);
    }
  }

  /** One published port. */
  record Port(
      @JsonProperty("Protocol") String protocol,
      @JsonProperty("TargetPort") int targetPort,
      @JsonProperty("PublishedPort") int publishedPort,
      @JsonProperty("PublishMode") String publishMode) {
    Port {
      protocol = orEmpty(protocol);
      publishMode = orEmpty(publishMode);
    }
  }

  /** An element of GET /tasks. */
  record Task(
      @JsonProperty("ID") String id,
      @JsonProperty("Version") Version version,
      @JsonProperty("UpdatedAt") String updatedAt,
      @JsonProperty("ServiceID") String serviceId,
      @JsonProperty("Slot") int slot,
      @JsonProperty("NodeID") String nodeId,
      @JsonProperty("Status") TaskStatus status,
      @JsonProperty("DesiredState") String desiredState,
      @JsonProperty("NetworksAttachments") List<Attachment> attachments) {
    Task {
      id = required("ID", id);
      version = orElse(version, Version.UNKNOWN);
      updatedAt = orEmpty(updatedAt);
      serviceId = orEmpty(serviceId);
      nodeId = orEmpty(nodeId);
      status = required("Status", status);
      desiredState = orEmpty(desiredState);
      attachments = orEmpty(attachments);
    }
  }

  /** What the node says of a task. */
  record TaskStatus(@JsonProperty("State") String state) {
    TaskStatus {
      state = orEmpty(state);
    }
  }

  /** A network that a task is on; the addresses are in the form of CIDR. */
  record Attachment(
      @JsonProperty("Network") AttachedNetwork network,
      @JsonProperty("Addresses") List<String> addresses) {
    Attachment {
      network = orElse(network, new AttachedNetwork("", new NetworkSpec("", false)));
      addresses = orEmpty(addresses);
    }
  }

  /** The network of an attachment. */
  record AttachedNetwork(@JsonProperty("ID") String id, @JsonProperty("Spec") NetworkSpec spec) {
    AttachedNetwork {
      id = orEmpty(id);
      spec = orElse(spec, new NetworkSpec("", false));
    }
  }

  /** What was asked of a network. */
  record NetworkSpec(@JsonProperty("Name") String name, @JsonProperty("Ingress") boolean ingress) {
    NetworkSpec {
      name = orEmpty(name);
    }
  }

  /** What a node says of itself. */
  record NodeDescription(
      @JsonProperty("Hostname") String hostname,
      @JsonProperty("Platform") Platform platform,
      @JsonProperty("Engine") NodeEngine engine) {
    NodeDescription {
      hostname = orEmpty(hostname);
      platform = orElse(platform, new Platform("", ""));
      engine = orElse(engine, new NodeEngine(Map.of()));
    }
  }

  /** What a node's engine runs on, as in linux and x86_64. */
  record Platform(
      @JsonProperty("OS") String os, @JsonProperty("Architecture") String architecture) {
    Platform {
      os = orEmpty(os);
      architecture = orEmpty(architecture);
    }
  }

  /** A node's engine, with the labels of its own configuration. */
  record NodeEngine(@JsonProperty("Labels") Map<String, String> labels) {
    NodeEngine {
      labels = orElse(labels, Map.of());
    }
  }

  /** An element of GET /nodes. */
  record Node(
      @JsonProperty("ID") String id,
      @JsonProperty("Version") Version version,
      @JsonProperty("UpdatedAt") String updatedAt,
      @JsonProperty("Spec") NodeSpec spec,
      @JsonProperty("Description") NodeDescription description,
      @JsonProperty("Status") NodeStatus status,
      @JsonProperty("ManagerStatus") @Nullable ManagerStatus managerStatus) {
    Node {
      id = required("ID", id);
      version = orElse(version, Version.UNKNOWN);
      updatedAt = orEmpty(updatedAt);
      spec = orElse(spec, new NodeSpec("", "", Map.of()));
      description =
          orElse(
              description, new NodeDescription("", new Platform("", ""), new NodeEngine(Map.of())));
      status = required("Status", status);
    }
  }

  /** What is asked of a node: active, pause or drain; worker or manager. */
  record NodeSpec(
      @JsonProperty("Availability") String availability,
      @JsonProperty("Role") String role,
      @JsonProperty("Labels") Map<String, String> labels) {
    NodeSpec {
      labels = orElse(labels, Map.of());
      availability = orEmpty(availability);
      role = orEmpty(role);
    }
  }

  /** How a node fares: ready, down, unknown or disconnected. */
  record NodeStatus(@JsonProperty("State") String state, @JsonProperty("Addr") String address) {
    NodeStatus {
      state = orEmpty(state);
      address = orEmpty(address);
    }
  }

  /** Where a manager is, with the port of the Swarm's API. */
  record ManagerStatus(@JsonProperty("Addr") String address) {
    ManagerStatus {
      address = orEmpty(address);
    }
  }

  /** An element of GET /containers/json. */
  record Container(
      @JsonProperty("Id") String id, @JsonProperty("Labels") Map<String, String> labels) {
    Container {
      id = required("Id", id);
      labels = orEmpty(labels);
    }
  }

  /** GET /containers/ID/json. */
  record ContainerDetails(
      @JsonProperty("Config") ContainerConfig config,
      @JsonProperty("NetworkSettings") NetworkSettings networkSettings) {
    ContainerDetails {
      config = orElse(config, new ContainerConfig(""));
      networkSettings = orElse(networkSettings, new NetworkSettings(""));
    }
  }

  /** What was asked of a container. */
  record ContainerConfig(@JsonProperty("StopSignal") String stopSignal) {
    ContainerConfig {
      stopSignal = orEmpty(stopSignal);
    }
  }

  /** Where a container's network namespace is. */
  record NetworkSettings(@JsonProperty("SandboxKey") String sandboxKey) {
    NetworkSettings {
      sandboxKey = orEmpty(sandboxKey);
    }
  }

  /** One message of GET /events. */
  record Event(
      @JsonProperty("Type") String type,
      @JsonProperty("Action") String action,
      @JsonProperty("timeNano") long timeNano,
      @JsonProperty("Actor") Actor actor) {
    Event {
      type = orEmpty(type);
      action = orEmpty(action);
      actor = orElse(actor, new Actor("", Map.of()));
    }
  }

  /** What an event is about; a container's labels are among the attributes. */
  record Actor(
      @JsonProperty("ID") String id, @JsonProperty("Attributes") Map<String, String> attributes) {
    Actor {
      id = orEmpty(id);
      attributes = orEmpty(attributes);
    }
  }
}
