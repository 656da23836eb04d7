package io.tidegate.bench.compare;

import io.tidegate.bench.compare.contender.Contender;
import io.tidegate.bench.compare.contender.Fleet;
import io.tidegate.bench.compare.load.LoadLoop;
import java.util.List;

/**
 * What every phase works with.
 *
 * @param contenders those who can be started here
 */
record Bench(
    Plan plan,
    List<Contender> contenders,
    LoadLoop loop,
    Fleet fleet,
    Recorder recorder,
    Retries retries,
    Progress progress) {}
