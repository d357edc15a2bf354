import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import type { KafkaGateway } from '../../../activities/kafka';
import { activityEnvironment } from '../sources/activity-environment';
import { openProof, type Proof } from './proof';
import { FOREIGN, idOf, sha256 } from './written-run';

/** A busy machine answers late. */

const READINGS = 60;

let proof: Proof;
beforeAll(async () => {
  proof = await openProof(READINGS);
});
afterAll(async () => {
  await proof.close();
});

async function rejection(...given: Parameters<Proof['reconcile']>): Promise<unknown> {
  return proof.reconcile(...given).then(
    () => 'no error',
    (error: unknown) => error,
  );
}

describe('reconcileRun of a run without end', () => {
  it('leaves alone what was made of records outside the range', async () => {
    const { scope } = proof.request;
    const nothing = { from: {}, to: {} };
    const ranges = { raw: { ...scope.raw, ...nothing }, enriched: { ...scope.enriched, ...nothing } };
    const empty = { ...proof.request, plan: null, bounded: false, scope: { ...scope, ...ranges } };
    // The dead letter of stage source names no offset, so nobody can say that it lies outside.
    expect(await proof.reconcile(empty)).toMatchObject({
      ...{ reconciled: true, planned: null, published: 0, enriched: 0, indexed: 0, deadLetters: 1 },
    });
  });

  it('names a record of the range that never ended', async () => {
    const { elasticsearch } = proof.servers;
    const id = idOf(proof.request.scope.run, 17);
    const index = proof.request.aliases.readings;
    const { _source: before } = await elasticsearch.get<object>({ index, id });
    await elasticsearch.delete({ index, id });
    const { discrepancies, examples } = await proof.reconcile({ ...proof.request, plan: null, bounded: false });
    await elasticsearch.index({ index, id, document: before ?? {} });
    expect(examples).toContainEqual({ kind: 'published but neither indexed nor a dead letter', id });
    // Records of other runs belong to a run without end as well, and nothing was made of these.
    expect(discrepancies).toEqual({ 'published but neither indexed nor a dead letter': 1 + FOREIGN });
  });
});

describe('reconcileRun, over a file', () => {
  it('lists its rows again, and refuses one that has changed or gone', async () => {
    const path = join(proof.folder, 'readings.csv');
    const text = `a,b\n1,"x\ny"\n2,z\n`;
    await writeFile(path, text);
    const { length: bytes } = text;
    const device = { kind: 'value', path: ['a'] } as const;
    const plan = {
      kind: 'file',
      path,
      format: 'csv',
      identity: 'content',
      device,
      bytes,
      sha256: sha256(text),
    } as const;
    const request = { ...proof.request, plan };
    expect(await proof.reconcile(request)).toMatchObject({
      planned: 2,
      discrepancies: { 'planned but not published': 2, 'published but not planned': READINGS },
    });

    await writeFile(path, `${text}3,w\n`);
    expect(await proof.reconcile(request)).toMatchObject({ planned: 2 });
    await writeFile(path, `3,w\n${text}`);
    expect(await rejection(request)).toMatchObject({ type: 'SourceChanged', nonRetryable: true });
    await rm(path);
    expect(await rejection(request)).toMatchObject({ type: 'SourceMissing', nonRetryable: true });
    expect(await proof.scratchFiles()).toEqual([]);
  });
});

describe('reconcileRun, when it cannot go on', () => {
  it('says that the topic does not hold the range', async () => {
    const { scope } = proof.request;
    const raw = { ...scope.raw, to: { 0: '100000' } };
    const error = await rejection({ ...proof.request, scope: { ...scope, raw } });
    expect(error).toMatchObject({ type: 'OffsetOutOfRange', nonRetryable: true });
    expect(await proof.scratchFiles()).toEqual([]);
  });

  it('stops in the middle of reading when it is cancelled', async () => {
    const environment = activityEnvironment();
    const { kafka } = proof.servers;
    const readRange: KafkaGateway['readRange'] = async (range, take) => {
      environment.cancel('CANCELLED');
      await kafka.readRange(range, take);
    };
    const error = await rejection(undefined, environment, { ...proof.servers, kafka: { ...kafka, readRange } });
    expect(error).toMatchObject({ name: 'CancelledFailure' });
    expect(await proof.scratchFiles()).toEqual([]);
  });

  it('can be repeated when Elasticsearch was away', async () => {
    const elasticsearch = new Client({ node: 'http://127.0.0.1:9', maxRetries: 0 });
    const error = await rejection(undefined, undefined, { ...proof.servers, elasticsearch });
    expect(error).toMatchObject({ type: 'ServiceUnavailable', nonRetryable: false });
    expect(await proof.reconcile()).toMatchObject({ reconciled: true });
  });

  it('removes what an attempt left behind that was killed', async () => {
    const environment = activityEnvironment({ attempt: 2 });
    const { workflowExecution, activityId } = environment.context.info;
    const left = join(proof.folder, 'scratch', `reconcile-${workflowExecution?.runId ?? ''}-${activityId}-1`);
    await mkdir(left, { recursive: true });
    await proof.reconcile(undefined, environment);
    expect(await proof.scratchFiles()).toEqual([]);
  });
});
