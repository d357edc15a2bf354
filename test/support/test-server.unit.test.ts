import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { startTimeSkippingServer } from './test-server';
import type { longSleep } from './workflows/long-sleep';

const HOUR_MS = 3_600_000;

describe('the time-skipping server', () => {
  it('skips six hours of sleep', async () => {
    const { environment, stop } = await startTimeSkippingServer();
    try {
      const workflowBundle = await bundleWorkflowCode({ workflowsPath: require.resolve('./workflows/long-sleep') });
      const worker = await Worker.create({
        connection: environment.nativeConnection,
        taskQueue: 'long-sleep',
        workflowBundle,
        maxCachedWorkflows: 0,
      });
      const slept = await worker.runUntil(
        environment.client.workflow.execute<typeof longSleep>('longSleep', {
          taskQueue: 'long-sleep',
          workflowId: 'long-sleep',
        }),
      );

      expect(slept).toBeGreaterThanOrEqual(6 * HOUR_MS);
      expect(slept).toBeLessThan(7 * HOUR_MS);
    } finally {
      await stop();
    }
  });
});
