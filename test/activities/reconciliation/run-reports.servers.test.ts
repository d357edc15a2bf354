import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import type { ReconcileResult, RunReport, StageReport } from '../../../activities/contracts/report';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import type { Activities } from '../../../activities';
import { stackAddresses } from '../../support/stack';
import { activitiesWith } from '../../support/activities';

/** A busy machine answers late. */

let kafka: KafkaGateway;
let elasticsearch: Client;
let activities: Activities;

beforeAll(() => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'run-reports-test' });
  elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
  activities = activitiesWith({ kafka, elasticsearch, scratchFolder: 'unused' });
});
afterAll(async () => {
  await kafka.close();
  await elasticsearch.close();
});

const STAGE: StageReport = { in: 1, out: 1, deadLetters: 0, bytes: 1, durationMs: 1, ratePerSecond: 1 };
const PROOF: ReconcileResult = {
  ...{ reconciled: true, planned: 1, published: 1, enriched: 1, indexed: 1, deadLetters: 0, repeats: 0, conflicts: 0 },
  ...{ foreign: 0, windows: 1, windowsShared: 0, windowedReadings: 1, rawBytes: 1, durationMs: 1, examples: [] },
  deadLettersResolved: 0,
  expired: 0,
  absent: 0,
  windowsExpired: 0,
  deadLettersByReason: { 'parse:OutOfRange:humidity': 3 },
  discrepancies: {},
};

function reportOf(name: string, run: string, startedAt: string): RunReport {
  const range = (topic: string) => ({ topic: `${name}.${topic}`, from: { 0: '0' }, to: { 0: '9007199254740993' } });
  return {
    ...{
      reconciled: true,
      name,
      run,
      definition: 'd',
      proofTaskQueue: 'q',
      source: 'simulate',
      startedAt,
      endedAt: startedAt,
    },
    ...{
      durationMs: 1,
      firstIndexedMs: 1,
      sparkStarts: 1,
      windowsRecomputed: 0,
      notes: [],
      windowMs: 60_000,
      bounded: true,
      valueFormat: 'json',
      eventId: { kind: 'value', path: ['eventId'] },
    },
    plan: { kind: 'sequences', from: 0, to: 1, devices: 1, run },
    stages: { source: STAGE, spark: STAGE, readings: STAGE, windows: STAGE, deadLetters: STAGE },
    proof: PROOF,
    deadLetterFlood: null,
    scope: {
      ...{ name, run, windowIdPrefix: `${run}|`, raw: range('raw'), enriched: range('enriched') },
      ...{ windows: range('windows'), deadLetter: range('dead-letter') },
    },
    aliases: aliasesOf(name),
  };
}

describe('the reports of runs', () => {
  it('are found again as they were stored: one by its run, or the newest', async () => {
    const name = `reports-${randomUUID()}`;
    const older = reportOf(name, 'older', '2026-01-01T00:00:00Z');
    const newer = reportOf(name, 'newer', '2026-01-02T00:00:00Z');
    await activities.storeReport({ report: newer });
    await activities.storeReport({ report: older });
    expect(await activities.findRun({ input: { name } })).toEqual(newer);
    expect(await activities.findRun({ input: { name, run: 'older' } })).toEqual(older);
  });

  it('are kept once, however often they are stored', async () => {
    const report = reportOf(`reports-${randomUUID()}`, 'run', '2026-01-01T00:00:00Z');
    await Promise.all([activities.storeReport({ report }), activities.storeReport({ report })]);
    await activities.storeReport({ report });
    expect((await elasticsearch.count({ index: report.aliases.runs })).count).toBe(1);
  });

  it('index a few typed fields and nothing of the rest', async () => {
    const report = reportOf(`reports-${randomUUID()}`, 'run', '2026-01-01T00:00:00Z');
    await activities.storeReport({ report });
    const [{ mappings } = {}] = Object.values(await elasticsearch.indices.getMapping({ index: report.aliases.runs }));
    expect(mappings?.dynamic).toBe('false');
    expect(Object.keys(mappings?.properties ?? {})).not.toContain('scope');
  });

  it('are missed with a message that says what was looked for', async () => {
    await expect(activities.findRun({ input: { name: 'nobody' } })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('pipeline.nobody.runs') as string,
    });
    const report = reportOf(`reports-${randomUUID()}`, 'run', '2026-01-01T00:00:00Z');
    await activities.storeReport({ report });
    await expect(activities.findRun({ input: { name: report.name, run: 'other' } })).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('other') as string,
    });
  });
});
