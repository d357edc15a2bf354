import { installTestServer } from '../deploy/local/install/test-server';
import { loadConfig } from '../workers/config';

/** Path of Temporal's time-skipping server, installed on first use. */
export async function timeSkippingServer(): Promise<string> {
  return installTestServer(loadConfig(), ({ text }) => {
    process.stderr.write(`time-skipping server: ${text}\n`);
  });
}
