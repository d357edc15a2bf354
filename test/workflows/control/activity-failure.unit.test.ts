import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { shownFailure } from '../../../workflows/control/activity-failure';

describe('the failure of an activity that no worker has started', () => {
  it('names task queue and activity, and is tried again without an operator', () => {
    const cause = new TimeoutFailure('activity ScheduleToStart timeout', undefined, 'SCHEDULE_TO_START');
    const failure = new ActivityFailure('failed', 'submitSparkJob', '1', 'NON_RETRYABLE_FAILURE', undefined, cause);
    expect(shownFailure(failure, 'pipeline-host-lost')).toEqual({
      type: 'NoWorker',
      reason:
        'NoWorker: no worker of pipeline-host-lost has started submitSparkJob for a minute: none runs, or its slots are taken',
      ...{ isFinal: false, readableFrom: null },
    });
  });

  it('names the setting of the slots of lanes', () => {
    const cause = new TimeoutFailure('activity ScheduleToStart timeout', undefined, 'SCHEDULE_TO_START');
    const failure = new ActivityFailure('failed', 'indexLane', '1', 'NON_RETRYABLE_FAILURE', undefined, cause);
    expect(shownFailure(failure, 'pipeline-lanes').reason).toContain('PIPELINE_LANES');
  });
});
