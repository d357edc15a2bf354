import { createHash, randomBytes } from 'node:crypto';
import { windowVersion } from '../../../../activities/contracts/window';
import { activityEnvironment } from '../../sources/activity-environment';
import { DeadLetterRun, only } from './dead-letter-run';

let run: DeadLetterRun;
beforeEach(async () => {
  run = await DeadLetterRun.open();
});
afterEach(async () => {
  await run.close();
});

const REFUSED = 'index:strict_dynamic_mapping_exception';
const FUTURE = 'parse:FromTheFuture';

/** Dead letters of stage `index`, made and indexed as the pipeline does it. */
async function refuseReadings(count: number, more: object = { surprise: 'x' }): Promise<void> {
  const records = Array.from({ length: count }, (_, n) => run.enriched(`e${n}`, more));
  await run.kafka.publish(run.topic('enriched'), records);
  expect(await run.index('enriched', run.alias('readings'))).toMatchObject({ counts: { deadLetters: count } });
  await run.indexDeadLetters();
}

async function publishDeadLetters(deadLetters: readonly Parameters<DeadLetterRun['deadLetter']>[0][]): Promise<void> {
  await run.kafka.publish(
    run.topic('dead-letter'),
    deadLetters.map((deadLetter) => run.deadLetter(deadLetter)),
  );
  await run.indexDeadLetters();
}

function withoutProvenance(document: object | null): string {
  return JSON.stringify({ ...document, provenance: undefined });
}

describe('redriveSlice, dead letters of stage index', () => {
  it('indexes them as the indexer would have, once the mapping is corrected', async () => {
    await refuseReadings(3);
    await run.addField('surprise');
    expect(await run.redrive({})).toEqual(only(REFUSED, { deadLetters: 3, redriven: 3 }));
    const redriven = await run.document('readings', 'e1');
    await run.index('enriched', run.alias('readings'));
    const directly = await run.document('readings', 'e1');
    expect(withoutProvenance(redriven)).toBe(withoutProvenance(directly));
    const times = { indexedAt: 0, latencyMs: 0 };
    expect({ ...redriven?.provenance, ...times }).toEqual({ ...directly?.provenance, ...times, redrive: 1 });
    expect(redriven?.provenance).toMatchObject({
      run: 'r1',
      partition: 0,
      offset: '17',
      publishedAt: 1_700_000_000_000,
    });
  });

  it('marks them as resolved, and counts them so from then on', async () => {
    await refuseReadings(2);
    const content = withoutProvenance(await run.document('dead-letters', 'e0'));
    expect(await run.unresolved()).toEqual(['e0', 'e1']);
    await run.addField('surprise');
    await run.redrive({});
    expect(await run.unresolved()).toEqual([]);
    const deadLetter = await run.document('dead-letters', 'e0');
    expect(deadLetter?.provenance).toMatchObject({ redrive: 1, resolvedAt: expect.any(Number) as number });
    expect(withoutProvenance(deadLetter)).toBe(content);
    const before = await run.everything();
    expect(await run.redrive({})).toEqual(only(REFUSED, { deadLetters: 2, resolved: 2 }));
    expect(await run.everything()).toEqual(before);
  });

  it.each(['indexed', 'not indexed'])('tries a poison one three times, its new dead letters being %s', async (how) => {
    await refuseReadings(1);
    for (const redrive of [1, 2, 3]) {
      expect(await run.redrive({})).toEqual(only(REFUSED, { deadLetters: 1, rejectedAgain: 1 }));
      if (how === 'indexed') await run.indexDeadLetters();
      expect((await run.document('dead-letters', 'e0'))?.provenance).toMatchObject({ redrive });
    }
    const before = await run.everything();
    expect(await run.redrive({})).toEqual(only(REFUSED, { deadLetters: 1, exhausted: 1 }));
    expect(await run.everything()).toEqual(before);
    expect(await run.unresolved()).toEqual(['e0']);
    const deadLetters = await run.read('dead-letter');
    expect(deadLetters.map(({ headers }) => headers['pipeline-redrive']?.toString())).toEqual([
      undefined,
      '1',
      '2',
      '3',
    ]);
    expect(new Set(deadLetters.map(({ value }) => String(value))).size).toBe(1);
  });

  it('puts a window under its version, and takes only that version or a newer one for resolved', async () => {
    const window = (version: number, more: object) => ({
      key: 'd',
      value: JSON.stringify({ id: 'w', deviceId: 'd', count: version, ...more }),
      headers: {
        'event-id': 'w',
        'pipeline-run': 'r1',
        'pipeline-version': windowVersion('2026-11-27T10:00:00Z', version),
      },
    });
    await run.kafka.publish(run.topic('windows'), [window(3, {}), window(5, { surprise: 1 })]);
    await run.index('windows', run.alias('windows'));
    await run.indexDeadLetters();
    expect(await run.redrive({ dryRun: true })).toEqual(only(REFUSED, { deadLetters: 1, redriven: 1 }));
    await run.elasticsearch.indices.putMapping({
      index: run.alias('windows'),
      properties: { surprise: { type: 'long' } },
    });
    expect(await run.redrive({})).toEqual(only(REFUSED, { deadLetters: 1, redriven: 1 }));
    expect(await run.document('windows', 'w')).toMatchObject({ count: 5, surprise: 1, provenance: { redrive: 1 } });
    expect(await run.redrive({})).toEqual(only(REFUSED, { deadLetters: 1, resolved: 1 }));
  });
});

describe('redriveSlice, dead letters of stage parse', () => {
  const BYTES = Buffer.concat([Buffer.from([0, 0xff, 0xfe, 0x0a]), randomBytes(1_000)]);

  it('publishes the original again, with its id, run, key and bytes and the count', async () => {
    await publishDeadLetters([{ id: 'p1', key: Buffer.from([0xff, 0]), original: BYTES }]);
    expect(await run.redrive({})).toEqual(only(FUTURE, { deadLetters: 1, redriven: 1 }));
    const [record, ...others] = await run.read('raw');
    expect(others).toEqual([]);
    expect(record).toMatchObject({ key: Buffer.from([0xff, 0]), value: BYTES });
    const headers = Object.entries(record?.headers ?? {}).map(([name, value]) => [name, value.toString()]);
    expect(Object.fromEntries(headers)).toEqual({ 'event-id': 'p1', 'pipeline-run': 'r1', 'pipeline-redrive': '1' });
    expect(await run.unresolved()).toEqual(['p1']);
  });

  it('changes nothing while no open run reads the raw topic, and indexes those of stage index', async () => {
    await refuseReadings(1);
    await publishDeadLetters([{ id: 'p1', original: BYTES }]);
    await run.addField('surprise');
    expect((await run.redrive({ isOpen: false })).byReason).toEqual({
      [REFUSED]: { deadLetters: 1, redriven: 1 },
      [FUTURE]: { deadLetters: 1, noReader: 1 },
    });
    expect(await run.read('raw')).toEqual([]);
    expect((await run.document('dead-letters', 'p1'))?.provenance).not.toHaveProperty('redrive');
    expect(await run.redrive({ stage: 'parse' })).toEqual(only(FUTURE, { deadLetters: 1, redriven: 1 }));
  });

  it('counts on with a dead letter that came back, and gives up after three times', async () => {
    await publishDeadLetters([{ id: 'p1', original: BYTES }]);
    await run.redrive({});
    await publishDeadLetters([{ id: 'p1', original: BYTES, offset: '8', redrive: 1 }]);
    await run.redrive({});
    // Its result has not come back yet.
    expect(await run.redrive({})).toEqual(only(FUTURE, { deadLetters: 1, redriven: 1 }));
    expect(await run.redrive({})).toEqual(only(FUTURE, { deadLetters: 1, exhausted: 1 }));
    const counts = (await run.read('raw')).map(({ headers }) => headers['pipeline-redrive']?.toString());
    expect(counts).toEqual(['1', '2', '3']);
  });

  it('counts an id once, however many dead letters it has, and those whose id is indexed as resolved', async () => {
    await run.kafka.publish(run.topic('enriched'), [run.enriched('p2', {})]);
    await run.index('enriched', run.alias('readings'));
    const copies = ['5', '6', '7'].map((offset) => ({ id: 'p1', original: BYTES, offset }));
    await publishDeadLetters([...copies, { id: 'p2', original: BYTES }]);
    expect(await run.redrive({})).toEqual(only(FUTURE, { deadLetters: 2, redriven: 1, resolved: 1 }));
    expect(await run.unresolved()).toEqual(['p1']);
  });

  it('leaves alone what cannot be had again, and what has no document', async () => {
    const raw = run.topic('raw');
    const empty = Buffer.alloc(0);
    await publishDeadLetters([
      { id: 's', stage: 'source', reason: 'TooLarge', original: BYTES },
      { id: 'cut', original: Buffer.alloc(300_000) },
      { id: `${raw}-0-9`, offset: '9', reason: 'BadEventId', original: BYTES },
      { id: 't', reason: 'Tombstone', original: empty },
      { id: 'old', stage: 'index', reason: 'Older', topic: run.topic('enriched'), original: BYTES },
    ]);
    await run.kafka.publish(run.topic('dead-letter'), [
      run.deadLetter({ id: 'new', original: BYTES }),
      { key: null, value: 'no letter', headers: {} },
    ]);
    const one = { deadLetters: 1, notRedrivable: 1 };
    expect(await run.redrive({})).toEqual({
      byReason: {
        'source:TooLarge': one,
        [FUTURE]: one,
        'parse:BadEventId': one,
        'parse:Tombstone': one,
        'index:Older': one,
      },
      unindexed: 1,
    });
    expect(await run.read('raw')).toEqual([]);
  });

  it('takes only the stage and the reasons that are wanted', async () => {
    await refuseReadings(1);
    await publishDeadLetters([
      { id: 'p1', original: BYTES },
      { id: 'p2', original: BYTES, reason: 'BadTimestamp' },
    ]);
    expect(await run.redrive({ dryRun: true, stage: 'index' })).toEqual(only(REFUSED, { deadLetters: 1, redriven: 1 }));
    const wanted = { stage: 'parse', reasons: ['BadTimestamp'] } as const;
    expect(await run.redrive(wanted)).toEqual(only('parse:BadTimestamp', { deadLetters: 1, redriven: 1 }));
    expect((await run.read('raw')).map(({ headers }) => headers['event-id']?.toString())).toEqual(['p2']);
  });
});

describe('redriveSlice', () => {
  it('changes nothing in a dry run, and counts what the real one then does', async () => {
    await refuseReadings(2);
    await publishDeadLetters([{ id: 'p1', original: Buffer.from('{') }]);
    await run.addField('surprise');
    const before = await run.everything();
    const counts = await run.redrive({ dryRun: true });
    expect(await run.everything()).toEqual(before);
    expect(await run.redrive({})).toEqual(counts);
    expect(counts.byReason).toEqual({
      [REFUSED]: { deadLetters: 2, redriven: 2 },
      [FUTURE]: { deadLetters: 1, redriven: 1 },
    });
  });

  it('goes on at the last heartbeat after a kill, without a dead letter left out', async () => {
    const ids = Array.from({ length: 1_200 }, (_, n) => `p${String(n).padStart(4, '0')}`);
    await publishDeadLetters(ids.map((id) => ({ id, original: Buffer.from(id) })));
    const first = activityEnvironment();
    let position: unknown = null;
    first.on('heartbeat', (details: unknown) => {
      position = structuredClone(details);
    });
    let batches = 0;
    const crash = (): void => {
      if (++batches === 2) throw new Error('killed');
    };
    await expect(run.redrive({}, first, crash)).rejects.toThrow('killed');
    const published = (await run.read('raw')).length;
    expect(published).toBeGreaterThan(0);
    expect(published).toBeLessThan(ids.length);

    const { byReason } = await run.redrive({}, activityEnvironment({ attempt: 2, heartbeatDetails: position }));
    expect(byReason).toEqual({ [FUTURE]: { deadLetters: 1_200, redriven: 1_200 } });
    const again = (await run.read('raw')).map(({ headers }) => headers['event-id']?.toString() ?? '');
    expect([...new Set(again)].sort()).toEqual(ids);
    expect(JSON.stringify(position).length).toBeLessThan(4_096);
  });
});

describe('the dead-letter index', () => {
  it('takes any bytes', async () => {
    const originals = {
      zeroes: Buffer.alloc(10_000),
      invalid: Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80, 0x00, 0x22, 0x5c, 0x0a]),
      injection: Buffer.from('{"a":1}\n{"delete":{"_id":"zeroes"}}\n'),
      megabyte: randomBytes(1_048_576),
      empty: Buffer.alloc(0),
    };
    const drafts = Object.entries(originals).map(([id, original]) => ({ id, original, key: original }));
    await publishDeadLetters(drafts);
    expect(await run.indexDeadLetters()).toMatchObject({ counts: { read: 5, indexed: 5, deadLetters: 0 } });
    for (const [id, original] of Object.entries(originals)) {
      const deadLetter = await run.document('dead-letters', id);
      expect(deadLetter).toMatchObject({
        originalLength: original.length,
        originalSha256: createHash('sha256').update(original).digest('hex'),
      });
      const kept = Buffer.from(String(deadLetter?.['original']), 'base64');
      expect(kept.equals(original.subarray(0, 256 * 1024))).toBe(true);
    }
  });
});
