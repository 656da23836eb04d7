package io.tidegate.agent.client;

/** Something that a person has to read; the message is one line. */
class ClientException extends Exception {

  private static final long serialVersionUID = 1L;

  ClientException(String message) {
    super(message);
  }
}
