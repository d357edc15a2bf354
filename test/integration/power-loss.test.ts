import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { RunReport } from '../../activities/contracts/report';
import { StackProcess } from './stack-process';
import { BRIEF_JAVA } from '../brief-java';
import { freePorts } from '../free-ports';
import { until } from './pipeline-driver';

const RECORDS = 2_000;

let stateFolder: string;
let launcher: StackProcess | undefined;
beforeAll(async () => {
  stateFolder = join(mkdtempSync(join(tmpdir(), 'power-loss-')), 'state');
  await chmod(join(stateFolder, '..'), 0o755);
  mkdirSync(stateFolder, { mode: 0o755 });
});
afterAll(async () => {
  await launcher?.stop();
  await rm(join(stateFolder, '..'), { recursive: true, force: true });
}, 120_000);

describe('the whole stack killed with SIGKILL', () => {
  it('goes on where it stood after a start, and reconciles', async () => {
    const ports = await freePorts();
    const managed = { TEMPORAL_ADDRESS: '', KAFKA_BROKERS: '', ELASTICSEARCH_NODE: '' };
    const environment = { ...ports, ...managed, JDK_JAVA_OPTIONS: BRIEF_JAVA };
    launcher = await StackProcess.start(environment, stateFolder);
    const address = `127.0.0.1:${ports['TEMPORAL_PORT'] ?? ''}`;

    const before = await Connection.connect({ address });
    await new Client({ connection: before }).workflow.start('streamingPipeline', {
      taskQueue: 'pipeline',
      workflowId: 'pipeline/power',
      args: [{ source: { kind: 'simulate', records: RECORDS }, partitions: 2 }],
    });
    const checkpoints = join(stateFolder, 'spark', 'checkpoints', 'power');
    await until(
      'Spark is inside a micro-batch',
      () => {
        try {
          const files = readdirSync(checkpoints, { recursive: true, encoding: 'utf8' });
          return Promise.resolve(files.some((file) => file.endsWith(join('offsets', '0'))));
        } catch {
          return Promise.resolve(false);
        }
      },
      240_000,
    );
    await before.close();
    await launcher.killEverything();

    launcher = await StackProcess.start(environment, stateFolder);
    const after = await Connection.connect({ address });
    const handle = new Client({ connection: after }).workflow.getHandle('pipeline/power');
    const report = (await handle.result()) as RunReport;
    await after.close();
    expect(report).toMatchObject({
      reconciled: true,
      proof: { planned: RECORDS, published: RECORDS, conflicts: 0, discrepancies: {} },
    });
    expect(report.sparkStarts).toBeGreaterThanOrEqual(2);
    expect(report.proof.windowedReadings).toBe(report.proof.indexed);
  }, 600_000);
});
