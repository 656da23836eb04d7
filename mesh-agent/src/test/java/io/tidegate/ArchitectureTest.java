package io.tidegate;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.tidegate.agent.watch.ManagerWatch;
import io.tidegate.agent.watch.WatchConfig;
import io.tidegate.agent.watch.WatchNews;

/**
 * The rooms and their one-way doors, as ARCHITECTURE.md draws them. A new arrow is a decision: make
 * it there first.
 */
@AnalyzeClasses(packages = "io.tidegate", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule roomsOpenOnlyTheDoorsThatAreDrawn =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.tidegate..")
          .layer("routing")
          .definedBy("io.tidegate.routing")
          .layer("metrics")
          .definedBy("io.tidegate.metrics")
          .layer("balance")
          .definedBy("io.tidegate.balance")
          .layer("overload")
          .definedBy("io.tidegate.overload")
          .layer("control")
          .definedBy("io.tidegate.control")
          .layer("kernel")
          .definedBy("io.tidegate.kernel")
          .layer("header")
          .definedBy("io.tidegate.header")
          .layer("proxy")
          .definedBy("io.tidegate.proxy")
          .layer("mesh")
          .definedBy("io.tidegate.mesh")
          .layer("labels")
          .definedBy("io.tidegate.agent.labels")
          .layer("lint")
          .definedBy("io.tidegate.agent.lint")
          .layer("source")
          .definedBy("io.tidegate.agent.source")
          .layer("linux")
          .definedBy("io.tidegate.agent.linux")
          .layer("cluster")
          .definedBy("io.tidegate.agent.cluster")
          .layer("watch")
          .definedBy("io.tidegate.agent.watch")
          .layer("changes")
          .definedBy("io.tidegate.agent.changes")
          .layer("client")
          .definedBy("io.tidegate.agent.client")
          .layer("identity")
          .definedBy("io.tidegate.agent.identity")
          .layer("peer")
          .definedBy("io.tidegate.agent.peer")
          .layer("tunnel")
          .definedBy("io.tidegate.agent.tunnel")
          .layer("docker")
          .definedBy("io.tidegate.agent.docker")
          .layer("merge")
          .definedBy("io.tidegate.agent.merge")
          .layer("check")
          .definedBy("io.tidegate.agent.check")
          .layer("swarm")
          .definedBy("io.tidegate.agent.swarm")
          .layer("takeover")
          .definedBy("io.tidegate.agent.takeover")
          .layer("vip")
          .definedBy("io.tidegate.agent.vip")
          .layer("handover")
          .definedBy("io.tidegate.agent.handover")
          .layer("admin")
          .definedBy("io.tidegate.agent.admin")
          .layer("demo")
          .definedBy("io.tidegate.agent.demo")
          .layer("cli")
          .definedBy("io.tidegate.agent.cli")
          .layer("agent")
          .definedBy("io.tidegate.agent")
          .whereLayer("routing")
          .mayNotAccessAnyLayer()
          .whereLayer("metrics")
          .mayOnlyAccessLayers("routing")
          .whereLayer("overload")
          .mayNotAccessAnyLayer()
          .whereLayer("balance")
          .mayOnlyAccessLayers("routing")
          .whereLayer("control")
          .mayOnlyAccessLayers("routing")
          .whereLayer("kernel")
          .mayNotAccessAnyLayer()
          .whereLayer("header")
          .mayOnlyAccessLayers("routing", "kernel")
          .whereLayer("proxy")
          .mayOnlyAccessLayers("routing", "balance", "metrics", "overload", "kernel", "header")
          .whereLayer("mesh")
          .mayOnlyAccessLayers("routing", "metrics", "overload", "control", "proxy")
          .whereLayer("labels")
          .mayOnlyAccessLayers("routing")
          .whereLayer("lint")
          .mayOnlyAccessLayers("routing", "labels", "source", "docker")
          .whereLayer("source")
          .mayOnlyAccessLayers("routing", "labels")
          .whereLayer("linux")
          .mayOnlyAccessLayers("routing", "proxy", "kernel")
          .whereLayer("cluster")
          .mayNotAccessAnyLayer()
          .whereLayer("watch")
          .mayOnlyAccessLayers("cluster", "source")
          .whereLayer("identity")
          .mayNotAccessAnyLayer()
          .whereLayer("peer")
          .mayOnlyAccessLayers("source", "cluster", "identity")
          .whereLayer("tunnel")
          .mayOnlyAccessLayers("source", "identity", "peer")
          .whereLayer("docker")
          .mayOnlyAccessLayers("routing", "source", "linux", "cluster")
          .whereLayer("merge")
          .mayOnlyAccessLayers("routing", "labels", "docker", "cluster")
          .whereLayer("check")
          .mayOnlyAccessLayers("routing", "metrics", "source", "cluster")
          .whereLayer("swarm")
          .mayOnlyAccessLayers(
              "routing",
              "source",
              "merge",
              "docker",
              "cluster",
              "watch",
              "identity",
              "peer",
              "tunnel",
              "check")
          .whereLayer("takeover")
          .mayOnlyAccessLayers("routing", "proxy", "linux", "source")
          .whereLayer("vip")
          .mayOnlyAccessLayers("routing", "proxy", "linux", "takeover")
          .whereLayer("handover")
          .mayOnlyAccessLayers("routing", "proxy", "kernel")
          .whereLayer("admin")
          .mayOnlyAccessLayers(
              "routing",
              "metrics",
              "overload",
              "proxy",
              "labels",
              "source",
              "changes",
              "linux",
              "takeover",
              "vip")
          .whereLayer("changes")
          .mayOnlyAccessLayers("routing", "metrics")
          .whereLayer("client")
          .mayOnlyAccessLayers("labels", "source", "takeover", "vip")
          .whereLayer("demo")
          .mayOnlyAccessLayers(
              "routing",
              "metrics",
              "overload",
              "proxy",
              "mesh",
              "source",
              "changes",
              "admin",
              "linux")
          .whereLayer("cli")
          .mayOnlyAccessLayers(
              "routing",
              "proxy",
              "mesh",
              "labels",
              "source",
              "linux",
              "identity",
              "docker",
              "merge",
              "swarm",
              "takeover",
              "vip",
              "watch",
              "admin")
          .ensureAllClassesAreContainedInArchitectureIgnoring("io.tidegate.bench..");

  @ArchTest
  static final ArchRule roomsFormNoCycle =
      slices().matching("io.tidegate.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule controlAndProxyDoNotKnowEachOther =
      noClasses()
          .that()
          .resideInAPackage("io.tidegate.control")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.tidegate.proxy");

  @ArchTest
  static final ArchRule nettyLivesInTheDataPathAndBelowGrpc =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.tidegate.kernel",
              "io.tidegate.header",
              "io.tidegate.proxy",
              "io.tidegate.agent.watch",
              "io.tidegate.agent.peer",
              "io.tidegate.agent.tunnel")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule whatAManagerKnowsIsPlain =
      noClasses()
          .that()
          .resideInAPackage("io.tidegate.agent.cluster")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.google.protobuf..", "com.fasterxml..", "io.grpc..");

  @ArchTest
  static final ArchRule onlyTheDoorOfTheWatchIsUsed =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.tidegate.agent.watch")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.tidegate.agent.watch")
                  .and(not(belongToAnyOf(ManagerWatch.class, WatchConfig.class, WatchNews.class))));

  @ArchTest
  static final ArchRule identityIsPlainJava =
      noClasses()
          .that()
          .resideInAPackage("io.tidegate.agent.identity")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "io.grpc..", "com.google.protobuf..");

  @ArchTest
  static final ArchRule theMeshKnowsNeitherDockerNorPrometheus =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.tidegate.agent..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.tidegate.agent..",
              "com.github.dockerjava..",
              "io.prometheus..",
              "io.micrometer..");

  @ArchTest
  static final ArchRule valuesPickersControlAndMergeReadNoClockAndStartNoThread =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.tidegate.routing",
              "io.tidegate.balance",
              "io.tidegate.overload",
              "io.tidegate.control",
              "io.tidegate.agent.merge")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class);
}
