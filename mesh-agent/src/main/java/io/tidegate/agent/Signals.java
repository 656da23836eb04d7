package io.tidegate.agent;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * The signals to stop: the first SIGTERM or SIGINT lets the agent end in order, a second one ends
 * the process at once.
 *
 * <p>A shutdown hook could do neither: the JVM would exit with 143 whatever the hook does, and
 * would ignore the second signal. sun.misc.Signal is called by reflection, because javac warns of
 * it and no annotation silences that warning.
 */
final class Signals {

  private static final int EXIT_BASE = 128;
  private static final Map<String, Integer> NUMBERS = Map.of("INT", 2, "TERM", 15);

  private static final MethodHandle ON_SIGNAL;

  static {
    try {
      ON_SIGNAL =
          MethodHandles.lookup()
              .findVirtual(
                  Signals.class, "onSignal", MethodType.methodType(void.class, String.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final CountDownLatch told = new CountDownLatch(1);
  private final CompletableFuture<String> first = new CompletableFuture<>();

  private Signals() {}

  /** Takes the signals over from the JVM, for the rest of the process's life. */
  static Signals install() {
    Signals signals = new Signals();
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      for (String name : NUMBERS.keySet()) {
        Object instance = signal.getConstructor(String.class).newInstance(name);
        MethodHandle onSignal =
            MethodHandles.dropArguments(ON_SIGNAL.bindTo(signals).bindTo(name), 0, List.of(signal));
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, instance, MethodHandleProxies.asInterfaceInstance(handler, onSignal));
      }
      return signals;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("sun.misc.Signal (expected: the module jdk.unsupported)", e);
    }
  }

  void onSignal(String name) {
    if (told.getCount() == 0) {
      Runtime.getRuntime().halt(EXIT_BASE + NUMBERS.getOrDefault(name, 0));
    }
    first.complete("SIG" + name);
    told.countDown();
  }

  /** Reaches zero at the first signal. */
  CountDownLatch told() {
    return told;
  }

  /** The name of the first signal, as in {@code SIGTERM}, once there was one. */
  CompletableFuture<String> first() {
    return first;
  }
}
