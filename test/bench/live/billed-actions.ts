/** What Temporal Cloud bills, by kind; each attempt of an activity and each heartbeat that reaches the server is one. */
export const ACTION_KINDS = ['activities', 'heartbeats', 'timers', 'signals', 'others'] as const;
type ActionKind = (typeof ACTION_KINDS)[number];
export type BilledActions = Readonly<Record<ActionKind, number>>;

/** A sample of the server's counter of actions, in Prometheus' text format. */
const SAMPLE = /^action\{(?<labels>.*)\} (?<count>\S+)$/gm;
const KINDS: readonly (readonly [RegExp, ActionKind])[] = [
  [/Heartbeat/i, 'heartbeats'],
  [/activity/i, 'activities'],
  [/timer/i, 'timers'],
  [/signal/i, 'signals'],
];

/** Sums what a Temporal server has counted in a namespace since it was started. */
export function billedActions(metrics: string, namespace: string): BilledActions {
  const sums = { activities: 0, heartbeats: 0, timers: 0, signals: 0, others: 0 };
  for (const { groups } of metrics.matchAll(SAMPLE)) {
    const labels = groups?.['labels'] ?? '';
    if (!labels.includes(`namespace="${namespace}"`)) continue;
    const type = /action_type="(\w+)"/.exec(labels)?.[1] ?? '';
    const kind = KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'others';
    sums[kind] += Number(groups?.['count']);
  }
  return sums;
}

/** What was billed between two sums, as it would be in an hour. */
export function actionsPerHour(before: BilledActions, after: BilledActions, hours: number): BilledActions {
  const perHour = (kind: ActionKind): number => (after[kind] - before[kind]) / hours;
  return {
    activities: perHour('activities'),
    heartbeats: perHour('heartbeats'),
    timers: perHour('timers'),
    signals: perHour('signals'),
    others: perHour('others'),
  };
}

export function totalActions(actions: BilledActions): number {
  return ACTION_KINDS.reduce((sum, kind) => sum + actions[kind], 0);
}
