import { TestWorkflowEnvironment } from '@temporalio/testing';
import { loadConfig } from '../../workers/config';
import { installTestServer } from './test-server';

/** Starts Temporal's time-skipping server, installed on first use; the caller tears it down. */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await installTestServer(loadConfig(), ({ text }) => {
    process.stderr.write(`time-skipping server: ${text}\n`);
  });
  return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}
