import type { Metrics } from '#platform/metrics/metrics.ts';

export type DeliveryMetrics = ReturnType<typeof createDeliveryMetrics>;

export function createDeliveryMetrics(metrics: Metrics) {
  return {
    outcomes: metrics.counter<'outcome'>('delivery_attempts_total', 'Attempts that have ended, by outcome', [
      'outcome',
    ]),
    inProgress: metrics.gauge('delivery_conversations', 'Conversations with other mail servers in progress'),
  };
}
