import type { Metrics } from '#platform/metrics/metrics.ts';

export type DeliveryMetrics = ReturnType<typeof createDeliveryMetrics>;

/** Where the time of a delivery goes: for one claim or settling of many, and for one conversation. */
export type DeliveryStage =
  | 'claim' // finding what goes next, and writing the intent
  | 'open' // unsealing addresses
  | 'route' // where its mail goes
  | 'wait' // for a place at the destination, and for memory
  | 'sign' // DKIM, and the signed return path
  | 'read' // content from the store, decrypted
  | 'converse' // dialling, envelope, content, the note below, answer
  | 'note' // that the last byte goes out
  | 'settle'; // result, audit, events

export function createDeliveryMetrics(metrics: Metrics) {
  const stages = metrics.histogram<'stage'>(
    'delivery_stage_seconds',
    'Time that the stages of deliveries took',
    [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    ['stage'],
  );
  return {
    outcomes: metrics.counter<'outcome'>('delivery_attempts_total', 'Attempts that have ended, by outcome', [
      'outcome',
    ]),
    inProgress: metrics.gauge('delivery_conversations', 'Conversations with other mail servers in progress'),
    held: metrics.gauge('delivery_claimed', 'Deliveries that this process is at'),
    rests: metrics.counter<'because'>(
      'delivery_destination_rests_total',
      'Times that a destination was left alone for a while, by reason',
      ['because'],
    ),
    givenToPeople: metrics.counter(
      'delivery_held_after_interruptions_total',
      'Deliveries held for a person because each attempt ended with its process',
    ),
    async timed<T>(stage: DeliveryStage, work: () => Promise<T>): Promise<T> {
      const began = performance.now();
      try {
        return await work();
      } finally {
        stages.observe({ stage }, (performance.now() - began) / 1000);
      }
    },
  };
}
