package io.tidegate.e2e;

/** The agents as plain processes on the nodes. */
class ProcessAgentsIT extends SwarmScenarios {

  ProcessAgentsIT() {
    super(new ProcessAgents());
  }
}
