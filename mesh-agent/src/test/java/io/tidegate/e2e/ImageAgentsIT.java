package io.tidegate.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;

/** The agents as a global service of containers. */
class ImageAgentsIT extends SwarmScenarios {

  ImageAgentsIT() {
    super(new ImageAgents());
  }

  @Override
  @BeforeAll
  void startAgents() {
    assumeTrue(ImageAgents.isBuilt(), "needs the image: deploy/image/build");
    super.startAgents();
  }
}
