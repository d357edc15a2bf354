import type { Discrepancy, ReconcileRequest } from '../../../activities/contracts/report';
import { openProof, type Proof } from './proof';
import {
  derived,
  enrichedValue,
  idOf,
  MALFORMED,
  rawRecord,
  REFUSED_BY_INDEX,
  TOO_LARGE,
  windowsOf,
  wholeTopic,
} from './written-run';

const READINGS = 120;
const [REDRIVEN = 0, LEFT_ALONE = 0] = MALFORMED;

let proof: Proof;
let request: ReconcileRequest;
beforeAll(async () => {
  proof = await openProof(READINGS);
  request = await redriveOne();
});
afterAll(async () => {
  await proof.close();
});

/** Publishes a record that could not be parsed once more, and what Spark makes of it now. */
async function redriveOne(): Promise<ReconcileRequest> {
  const { servers, request: before } = proof;
  const { scope, aliases } = before;
  const { kafka, elasticsearch } = servers;
  const raw = rawRecord(scope.run, REDRIVEN);
  await kafka.publish(scope.raw.topic, [{ ...raw, headers: { ...raw.headers, 'pipeline-redrive': '1' } }]);
  await kafka.publish(scope.enriched.topic, [derived(scope.run, enrichedValue(scope.run, REDRIVEN))]);
  const isIn = (n: number): boolean => n !== TOO_LARGE && n !== LEFT_ALONE;
  const readings = Array.from({ length: READINGS }, (_, n) => n).filter(isIn);
  for (const window of windowsOf(scope.run, readings)) {
    const { id } = window as { id: string };
    await elasticsearch.index({ index: aliases.windows, id, document: { provenance: { run: scope.run }, ...window } });
    await kafka.publish(scope.windows.topic, [derived(scope.run, window)]);
  }
  const [rawRange, enriched, windows] = await Promise.all(
    [scope.raw, scope.enriched, scope.windows].map(({ topic }) => wholeTopic(kafka, topic)),
  );
  if (!rawRange || !enriched || !windows) throw new Error('expected three ranges');
  return { ...before, scope: { ...scope, raw: rawRange, enriched, windows } };
}

/** Looks while the reading of a dead letter stands in the index with that provenance. */
async function withDocument(sequence: number, provenance: object): Promise<readonly Discrepancy[]> {
  const { run } = request.scope;
  const { elasticsearch } = proof.servers;
  const place = { index: request.aliases.readings, id: idOf(run, sequence) };
  await elasticsearch.index({
    ...place,
    document: { provenance: { run, ...provenance }, ...enrichedValue(run, sequence) },
  });
  const found = await proof.findings(request);
  await elasticsearch.delete(place);
  return found;
}

describe('reconcileRun, over a dead letter whose id is indexed', () => {
  it('takes it for resolved when the document says that it came by a redrive', async () => {
    expect(await withDocument(REDRIVEN, { redrive: 1 })).toEqual([]);
  });

  it('names it when the document does not', async () => {
    const expected = [{ kind: 'indexed and a dead letter', id: idOf(request.scope.run, REDRIVEN) }];
    expect(await withDocument(REDRIVEN, {})).toEqual(expected);
    expect(await withDocument(REDRIVEN, { redrive: 0 })).toEqual(expected);
  });

  it('names it when nothing was published that the document could be made of', async () => {
    const id = idOf(request.scope.run, LEFT_ALONE);
    const found = await withDocument(LEFT_ALONE, { redrive: 1 });
    expect(found).toContainEqual({ kind: 'indexed but not enriched', id });
  });

  it('names a redriven one that got past parsing and into no index', async () => {
    expect(await proof.findings(request)).toEqual([
      { kind: 'published but neither indexed nor a dead letter', id: idOf(request.scope.run, REDRIVEN) },
    ]);
  });

  it('says how many are resolved', async () => {
    const { run } = request.scope;
    const { elasticsearch } = proof.servers;
    for (const sequence of [REDRIVEN, REFUSED_BY_INDEX]) {
      await elasticsearch.index({
        index: request.aliases.readings,
        id: idOf(run, sequence),
        document: { provenance: { run, redrive: 1 }, ...enrichedValue(run, sequence) },
      });
    }
    const { reconciled, deadLetters, deadLettersResolved } = await proof.reconcile(request);
    expect({ reconciled, deadLetters, deadLettersResolved }).toEqual({
      reconciled: true,
      deadLetters: 2,
      deadLettersResolved: 2,
    });
    for (const sequence of [REDRIVEN, REFUSED_BY_INDEX]) {
      await elasticsearch.delete({ index: request.aliases.readings, id: idOf(run, sequence) });
    }
  });
});
