import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { OutgoingRecord } from '../../../../activities/kafka';
import { readProtectKey } from '../../../../activities/protect-key';
import { stackAddresses } from '../../../support/stack';
import { DeadLetterRun, only } from './dead-letter-run';

const KEY = 'a key that is long enough: 0123456789';
const REFUSED = 'index:strict_dynamic_mapping_exception';
const FUTURE = 'parse:FromTheFuture';

let run: DeadLetterRun;
let folder: string;
let keyFile: string;
let keyFingerprint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'protected-letters-'));
  keyFile = join(folder, 'key');
  await writeFile(keyFile, KEY, { mode: 0o600 });
  keyFingerprint = (await readProtectKey(keyFile)).fingerprint;
});
beforeEach(async () => {
  run = await DeadLetterRun.open();
});
afterEach(async () => {
  await run.close();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Publishes raw records and the dead letters that the job makes of them; the third has other content than its letter. */
async function publishUnusable(): Promise<readonly OutgoingRecord[]> {
  const raw = ['p0', 'p1', 'p2'].map((id): OutgoingRecord => ({
    ...{ key: `device of ${id}`, value: `secret of ${id}` },
    headers: { 'event-id': id, 'pipeline-run': run.run, 'x-site': Buffer.from([0xff, 1]) },
  }));
  await run.kafka.publish(run.topic('raw'), raw);
  const kept = await run.read('raw');
  const letters = kept.map(({ offset, timestamp, value }, at) =>
    run.deadLetter({
      ...{ id: `hash-${at}`, offset, publishedAt: Number(timestamp) },
      original: at === 2 ? Buffer.from('another') : (value ?? Buffer.alloc(0)),
      protect: { keyFingerprint, key: null },
    }),
  );
  await run.kafka.publish(run.topic('dead-letter'), letters);
  await run.indexDeadLetters();
  return raw;
}

async function deleteRawUpTo(offset: string): Promise<void> {
  const admin = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(run.topic('raw'));
  await admin.deleteTopicRecords({ topic: run.topic('raw'), partitions: [{ partition: 0, offset }] });
  await admin.disconnect();
}

describe('redriveSlice, dead letters that keep no values', () => {
  it('publishes the raw record at their coordinates again, with all that it had and the count', async () => {
    const [, second] = await publishUnusable();
    await deleteRawUpTo('1');
    const counts = { deadLetters: 3, redriven: 1, notRetained: 2 };
    expect(await run.redrive({ dryRun: true })).toEqual(only(FUTURE, counts));
    expect(await run.redrive({})).toEqual(only(FUTURE, counts));
    const [redriven, ...others] = (await run.read('raw')).filter(({ headers }) => 'pipeline-redrive' in headers);
    expect(others).toEqual([]);
    expect([String(redriven?.key), String(redriven?.value)]).toEqual([second?.key, second?.value]);
    expect(redriven?.headers).toEqual({
      ...Object.fromEntries(Object.entries(second?.headers ?? {}).map(([name, text]) => [name, Buffer.from(text)])),
      'pipeline-redrive': Buffer.from('1'),
    });
  });

  it.each(['with the key', 'without the key'])(
    'indexes from the topic what the index refused to a worker %s',
    async (how) => {
      const isKnown = how === 'with the key';
      run.protectKeyFile = isKnown ? keyFile : null;
      const { headers, ...refused } = run.enriched('e0', { surprise: 'secret' });
      await run.kafka.publish(run.topic('enriched'), [
        { ...refused, headers: { ...headers, 'pipeline-protected': keyFingerprint } },
      ]);
      expect(await run.index('enriched', run.alias('readings'))).toMatchObject({ counts: { deadLetters: 1 } });
      await run.indexDeadLetters();
      const [letter] = await run.read('dead-letter');
      expect(String(letter?.value)).not.toContain('original"');
      expect(Buffer.from(String(letter?.value)).toString()).not.toMatch(/secret|originalSha256/);
      const digest = createHmac('sha256', KEY).update(String(refused.value)).digest('hex');
      expect(JSON.parse(String(letter?.value))).toMatchObject({
        id: 'e0',
        stage: 'index',
        ...(isKnown ? { originalHmac: digest } : {}),
      });
      expect(String(letter?.value).includes('originalHmac')).toBe(isKnown);
      expect([String(letter?.key), String(letter?.headers['pipeline-protected'])]).toEqual(['e0', keyFingerprint]);

      expect(await run.redrive({})).toEqual(only(REFUSED, { deadLetters: 1, rejectedAgain: 1 }));
      expect(String((await run.read('dead-letter')).at(-1)?.value)).not.toContain('secret');
      await run.addField('surprise');
      await run.indexDeadLetters();
      expect(await run.redrive({})).toEqual(only(REFUSED, { deadLetters: 1, redriven: 1 }));
      expect(await run.document('readings', 'e0')).toMatchObject({
        surprise: 'secret',
        provenance: { redrive: 2, offset: '17' },
      });
    },
  );
});
