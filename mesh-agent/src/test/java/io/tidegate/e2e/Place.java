package io.tidegate.e2e;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A place to act from: threads that live in one network namespace, so that plain sockets made on
 * them belong there. A test's traffic can then not leave the lab, whatever becomes of the lab.
 */
final class Place implements AutoCloseable {

  private static final int CLONE_NEWNET = 0x4000_0000;

  private final ExecutorService threads;

  private Place(Runnable enter) {
    threads =
        Executors.newCachedThreadPool(
            work ->
                Thread.ofPlatform()
                    .daemon()
                    .unstarted(
                        () -> {
                          enter.run();
                          work.run();
                        }));
  }

  /**
   * Where the calling thread is. Virtual threads would not do: a thread that carries them is
   * wherever the one was that started it, which may have been in a namespace.
   */
  static Place here() {
    return new Place(() -> {});
  }

  static Place client() {
    Path namespace = Lab.namespace("client");
    return new Place(() -> enter(namespace));
  }

  static Place node(String node) {
    Path namespace = Lab.namespace(node);
    return new Place(() -> enter(namespace));
  }

  /** Where a container is. */
  static Place of(Swarm.Container container) {
    Path namespace = Path.of("/proc", String.valueOf(container.process().pid()), "ns/net");
    return new Place(() -> enter(namespace));
  }

  <T> T call(Callable<T> action) {
    try {
      return start(action).get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  <T> Future<T> start(Callable<T> action) {
    return threads.submit(action);
  }

  @SuppressWarnings("restricted") // The JVM runs with --enable-native-access.
  private static void enter(Path namespace) {
    Linker linker = Linker.nativeLinker();
    MethodHandle open =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.firstVariadicArg(2));
    MethodHandle setns =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setns"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int fd = (int) open.invokeExact(arena.allocateFrom(namespace.toString()), 0);
      int result = (int) setns.invokeExact(fd, CLONE_NEWNET);
      if (fd < 0 || result != 0) {
        throw new AssertionError("cannot enter " + namespace);
      }
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
