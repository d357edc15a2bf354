import { actionsPerHour, billedActions, totalActions } from './billed-actions';

function sample(type: string, count: number, namespace = 'default'): string {
  return `action{action_type="${type}",namespace="${namespace}",operation="any",service_name="frontend"} ${count}`;
}

describe('billed actions', () => {
  it('are those of the namespace, by kind', () => {
    const metrics = [
      '# TYPE action counter',
      sample('command_ScheduleActivityTask', 380),
      sample('activity_retry', 3),
      sample('grpc_RecordActivityTaskHeartbeat', 228),
      sample('command_StartTimer', 224),
      sample('command_SignalExternalWorkflowExecution', 92),
      sample('grpc_SignalWorkflowExecution', 1),
      sample('command_StartChildWorkflowExecution', 5),
      sample('command_StartChildWorkflowExecution_Extra', 5),
      sample('command_BatchMarkers', 1),
      sample('grpc_StartWorkflowExecution', 2, 'temporal_system'),
      'service_requests{namespace="default",operation="RecordActivityTaskHeartbeat",service_name="history"} 228',
      '',
    ].join('\n');
    const actions = billedActions(metrics, 'default');
    expect(actions).toEqual({ activities: 383, heartbeats: 228, timers: 224, signals: 93, others: 11 });
    expect(totalActions(actions)).toBe(939);
  });

  it('are none before the first', () => {
    expect(totalActions(billedActions('# TYPE action counter\n', 'default'))).toBe(0);
  });

  it('are extrapolated to an hour', () => {
    const before = { activities: 10, heartbeats: 1, timers: 0, signals: 5, others: 6 };
    const after = { activities: 14, heartbeats: 3, timers: 1, signals: 5, others: 6 };
    const expected = { activities: 120, heartbeats: 60, timers: 30, signals: 0, others: 0 };
    const perHour = actionsPerHour(before, after, 2 / 60);
    expect(Object.fromEntries(Object.entries(perHour).map(([kind, count]) => [kind, Math.round(count)]))).toEqual(
      expected,
    );
  });
});
