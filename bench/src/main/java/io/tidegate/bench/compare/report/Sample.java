package io.tidegate.bench.compare.report;

import java.util.Map;

/**
 * One measurement.
 *
 * @param figure its id
 * @param round from 1
 * @param value in the figure's unit
 * @param detail what it was made from, with units in the names
 */
public record Sample(
    String figure, String contender, int round, double value, Map<String, Double> detail) {}
