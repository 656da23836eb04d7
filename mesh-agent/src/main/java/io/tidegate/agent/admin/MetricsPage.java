package io.tidegate.agent.admin;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /metrics}: the mesh's families and the process's own, in the format that is asked for. */
final class MetricsPage implements Page {

  private static final String OPEN_METRICS_TYPE = "application/openmetrics-text";
  private static final String OPEN_METRICS = OPEN_METRICS_TYPE + "; version=1.0.0; charset=utf-8";
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final MeshCollector mesh;
  private @Nullable PrometheusMeterRegistry registry;

  MetricsPage(MeshCollector mesh) {
    this.mesh = mesh;
  }

  // Made for the first who asks: a start does not wait for what it does not need.
  private synchronized PrometheusMeterRegistry registry() {
    if (registry == null) {
      registry = registryOf(mesh);
    }
    return registry;
  }

  private static PrometheusMeterRegistry registryOf(MeshCollector mesh) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    List<MeterBinder> process =
        List.of(
            new JvmMemoryMetrics(),
            new JvmGcMetrics(),
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics());
    process.forEach(binder -> binder.bindTo(registry));
    registry.getPrometheusRegistry().register(mesh);
    return registry;
  }

  @Override
  public Answer answer(Request request) throws IOException {
    String accept = request.accept();
    String contentType = accept != null && accept.contains(OPEN_METRICS_TYPE) ? OPEN_METRICS : TEXT;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    registry().scrape(out, contentType);
    return new Answer(Answer.OK, contentType, out.toString(StandardCharsets.UTF_8));
  }
}
