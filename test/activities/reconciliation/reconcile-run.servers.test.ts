import type { Discrepancy, ReconcileRequest } from '../../../activities/contracts/report';
import type { OutgoingRecord } from '../../../activities/kafka';
import { openProof, type Proof } from './proof';
import {
  derived,
  DEVICES,
  enrichedValue,
  FOREIGN,
  idOf,
  MALFORMED,
  rawRecord,
  REFUSED_BY_INDEX,
  REPEATED,
  TOO_LARGE,
  windowIdOf,
  wholeTopic,
} from './written-run';

/** A busy machine answers late. */

const READINGS = 400;

let proof: Proof;
let request: ReconcileRequest;
let run: string;

beforeAll(async () => {
  proof = await openProof(READINGS);
  request = proof.request;
  run = request.scope.run;
});
afterAll(async () => {
  await proof.close();
});

/** Changes one document, looks, and puts it back as it was. */
async function findingsWithout(index: string, id: string, change: 'deleted' | object): Promise<readonly Discrepancy[]> {
  const { elasticsearch } = proof.servers;
  const { _source: before } = await elasticsearch.get<object>({ index, id });
  if (change === 'deleted') await elasticsearch.delete({ index, id });
  else await elasticsearch.index({ index, id, document: { ...before, ...change } });
  const found = await proof.findings();
  await elasticsearch.index({ index, id, document: before ?? {} });
  return found;
}

async function findingsWith(index: string, id: string, document: object): Promise<readonly Discrepancy[]> {
  await proof.servers.elasticsearch.index({ index, id, document });
  const found = await proof.findings();
  await proof.servers.elasticsearch.delete({ index, id });
  return found;
}

describe('reconcileRun, over a run where all went well', () => {
  it('says so, with every figure counted by ids', async () => {
    const { durationMs, rawBytes, ...result } = await proof.reconcile();
    const published = READINGS - 1;
    expect(result).toEqual({
      reconciled: true,
      planned: READINGS,
      published,
      enriched: published - MALFORMED.length,
      indexed: published - MALFORMED.length - 1,
      expired: 0,
      absent: 0,
      deadLetters: MALFORMED.length + 2,
      deadLettersResolved: 0,
      deadLettersByReason: {
        'index:document_parsing_exception': 1,
        'parse:NotAReading': MALFORMED.length,
        'source:TooLarge': 1,
      },
      repeats: REPEATED.length,
      conflicts: 0,
      foreign: FOREIGN,
      windows: 201,
      windowsShared: 0,
      windowsExpired: 0,
      windowedReadings: published - MALFORMED.length,
      discrepancies: {},
      examples: [],
    });
    expect(rawBytes).toBeGreaterThan(published * 7);
    expect(durationMs).toBeGreaterThan(0);
  });

  it('leaves no file behind', async () => {
    await proof.reconcile();
    expect(await proof.scratchFiles()).toEqual([]);
  });
});

describe('reconcileRun, over what somebody changed in the indices', () => {
  afterAll(async () => {
    expect(await proof.findings()).toEqual([]);
  });

  it('names a document that was deleted', async () => {
    const id = idOf(run, 17);
    const found = await findingsWithout(request.aliases.readings, id, 'deleted');
    expect(found).toEqual([{ kind: 'published but neither indexed nor a dead letter', id }]);
  });

  it('names a document that was altered', async () => {
    const id = idOf(run, 18);
    const found = await findingsWithout(request.aliases.readings, id, { temperature: 18.000001 });
    expect(found).toEqual([{ kind: 'indexed with other content', id }]);
  });

  it('names a document that was added, whether it claims the run or none', async () => {
    const { provenance, ...other } = { provenance: { run }, ...enrichedValue(run, 1), id: 'added' };
    const { readings } = request.aliases;
    const expected = [{ kind: 'indexed but not published', id: 'added' }];
    expect(await findingsWith(readings, 'added', { provenance, ...other })).toEqual(expected);
    expect(await findingsWith(readings, 'added', other)).toEqual(expected);
  });

  it('names a window whose count was changed', async () => {
    const id = windowIdOf(run, 30);
    const found = await findingsWithout(request.aliases.windows, id, { count: 77 });
    expect(found).toEqual([{ kind: 'window with another count', id }]);
  });

  it('names a window whose other content was changed', async () => {
    const id = windowIdOf(run, 30);
    const found = await findingsWithout(request.aliases.windows, id, { temperature: { count: 1, mean: 3 } });
    expect(found).toEqual([{ kind: 'window with other content', id }]);
  });

  it('names a window that was deleted, and one that was added', async () => {
    const id = windowIdOf(run, 30);
    expect(await findingsWithout(request.aliases.windows, id, 'deleted')).toEqual([{ kind: 'window missing', id }]);
    const added = { provenance: { run }, id: 'added', deviceId: 'd', count: 1 };
    expect(await findingsWith(request.aliases.windows, 'added', added)).toEqual([
      { kind: 'window not expected', id: 'added' },
    ]);
  });

  it('names a dead letter that was removed, altered or added', async () => {
    const { deadLetters } = request.aliases;
    const id = idOf(run, TOO_LARGE);
    const added = { provenance: { run }, id: 'added', stage: 'parse', reason: 'NotAReading' };
    expect(await findingsWithout(deadLetters, id, 'deleted')).toEqual([{ kind: 'dead letter not indexed', id }]);
    expect(await findingsWithout(deadLetters, id, { reason: 'Other' })).toEqual([
      { kind: 'dead letter with other content', id },
    ]);
    expect(await findingsWith(deadLetters, 'added', added)).toEqual([
      { kind: 'dead letter not published', id: 'added' },
    ]);
  });

  it('names a dead letter that is a document as well', async () => {
    const [sequence = 0] = MALFORMED;
    const id = idOf(run, sequence);
    const found = await findingsWith(request.aliases.readings, id, {
      provenance: { run },
      ...enrichedValue(run, sequence),
    });
    expect(found).toEqual([
      { kind: 'indexed and a dead letter', id },
      { kind: 'indexed but not enriched', id },
    ]);
  });

  it('takes a dead letter of the index for resolved once its id is indexed', async () => {
    const id = idOf(run, REFUSED_BY_INDEX);
    const document = { provenance: { run }, ...enrichedValue(run, REFUSED_BY_INDEX) };
    expect(await findingsWith(request.aliases.readings, id, document)).toEqual([]);
  });
});

describe('reconcileRun, over topics where something went wrong', () => {
  /** Publishes beyond the range of the run, and looks at the range with these records in it. */
  async function findingsAfter(
    kind: 'raw' | 'enriched' | 'windows',
    records: readonly OutgoingRecord[],
    plan = request.plan,
  ): Promise<readonly Discrepancy[]> {
    const { scope } = request;
    await proof.servers.kafka.publish(scope[kind].topic, records);
    const range = await wholeTopic(proof.servers.kafka, scope[kind].topic);
    return proof.findings({ ...request, plan, scope: { ...scope, [kind]: range } });
  }

  it('names raw records that were never processed, and an id that was published with two contents', async () => {
    const plan = { kind: 'sequences', from: 0, to: READINGS + 2, devices: DEVICES, run } as const;
    const late = [READINGS, READINGS + 1];
    const records = [...late.map((sequence) => rawRecord(run, sequence)), rawRecord(run, 20, '{"n":"other"}')];
    expect(await findingsAfter('raw', records, plan)).toEqual([
      { kind: 'conflicting content under one id', id: idOf(run, 20) },
      ...late.map((sequence) => ({
        kind: 'published but neither indexed nor a dead letter',
        id: idOf(run, sequence),
      })),
    ]);
  });

  it('names an id that was enriched to two contents', async () => {
    const other = derived(run, { ...enrichedValue(run, 20), temperature: -1 });
    expect(await findingsAfter('enriched', [other])).toEqual([
      { kind: 'conflicting content under one id', id: idOf(run, 20) },
    ]);
  });

  it('names a window that Spark counted on', async () => {
    const id = windowIdOf(run, 30);
    const window = derived(run, { id, deviceId: 'device-0000', count: 9 });
    expect(await findingsAfter('windows', [window])).toEqual([{ kind: 'window with other content', id }]);
  });

  it('names what was planned and never published, and what was published without a plan', async () => {
    const plan = { kind: 'sequences', from: 2, to: READINGS + 1, devices: 3, run } as const;
    expect(await proof.findings({ ...request, plan })).toEqual([
      { kind: 'planned but not published', id: idOf(run, READINGS) },
      { kind: 'published but not planned', id: idOf(run, 0) },
      { kind: 'published but not planned', id: idOf(run, 1) },
    ]);
  });

  it('counts nothing where the indices are not there', async () => {
    const aliases = {
      readings: 'pipeline.no.readings',
      windows: 'pipeline.no.windows',
      deadLetters: 'pipeline.no.dead-letters',
      runs: 'pipeline.no.runs',
    };
    expect(await proof.reconcile({ ...request, aliases })).toMatchObject({
      reconciled: false,
      indexed: 0,
      windows: 0,
      discrepancies: { 'window missing': 201, 'dead letter not indexed': MALFORMED.length + 2 },
    });
  });
});
