package io.tidegate.agent.client;

/** There is no agent, or not any more; the message says where it was looked for. */
final class AgentAbsentException extends ClientException {

  private static final long serialVersionUID = 1L;

  AgentAbsentException(String message) {
    super(message);
  }
}
