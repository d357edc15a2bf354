import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProtectKey } from '../../../activities/protect-key';
import { RecordFacts } from '../../../activities/reconciliation/record-facts';
import { protectedIds } from '../../../activities/reconciliation/protected-ids';
import { newRequest } from '../../activities/reconciliation/written-run';
import { judgeEach, type JudgedBatch, type RawRecord } from './judged-records';
import { idOf, planOf } from './spark-run';

const KEY = 'a key that is long enough: 0123456789';
const folder = mkdtempSync(join(tmpdir(), 'protected-records-'));
const protectKeyFile = join(folder, 'key');
writeFileSync(protectKeyFile, `${KEY}\n`, { mode: 0o600 });
let fingerprint = '';
beforeAll(async () => {
  ({ fingerprint } = await readProtectKey(protectKeyFile));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const TOPIC = { kind: 'topic', topic: 'plant' };
const DEVICE = 'anna.secret-ü-😀7301';
const hashOf = (text: string): string => createHmac('sha256', KEY).update(text).digest('hex').slice(0, 32);
const reading = (more: object = {}): string =>
  JSON.stringify({
    ...{
      deviceId: DEVICE,
      timestamp: '2026-06-01T08:00:00Z',
      temperature: 33.1,
      text: 'took a secret pill',
      ward: 'secret-4',
    },
    ...more,
  });

function batchOf(protect: object, records: readonly RawRecord[], source: object = TOPIC): JudgedBatch {
  return { plan: planOf('protected', { source, protect }, fingerprint), records, protectKeyFile };
}

const record = (value: string | null, headers: RawRecord['headers'] = {}): RawRecord => ({
  ...{ key: DEVICE, value, headers },
});

describe('what the job writes of protected records', () => {
  it('drops, hashes and masks device, text and labels, and makes the key and the id of what is protected', () => {
    const masked = { mask: { keepLast: 3 } };
    const [hashed, dropped, masks] = judgeEach([
      batchOf({ deviceId: 'hash', text: 'hash', labels: 'hash' }, [record(reading(), { 'event-id': 'secret-id' })]),
      batchOf({ text: 'drop', labels: 'drop' }, [record(reading(), { 'event-id': 'secret-id' })]),
      batchOf({ deviceId: masked, text: masked, labels: { ward: { mask: { keepLast: 8 } } } }, [
        record(reading({ site: 'open' })),
        record(reading({ deviceId: 'abc' })),
      ]),
    ]).map(({ written }) => written);
    expect(hashed?.[0]).toMatchObject({
      key: hashOf(DEVICE),
      headers: {
        'event-id': hashOf('secret-id'),
        'pipeline-protected': fingerprint,
        'pipeline-raw': expect.any(String) as string,
      },
    });
    expect(hashed?.[0]?.value).toEqual({
      ...{
        id: hashOf('secret-id'),
        deviceId: hashOf(DEVICE),
        timestamp: '2026-06-01T08:00:00.000000Z',
        temperature: 33.1,
      },
      ...{ text: hashOf('took a secret pill'), labels: { ward: hashOf('secret-4') } },
    });
    expect(dropped?.[0]?.value).toEqual({
      ...{ id: hashOf('secret-id'), deviceId: DEVICE, timestamp: '2026-06-01T08:00:00.000000Z', temperature: 33.1 },
    });
    expect(masks?.map(({ value }) => [value['id'], value['deviceId'], value['text'], value['labels']])).toEqual([
      ['plant-0-0', '***301', '***ill', { ward: '***', site: 'open' }],
      ['plant-0-1', '***', '***ill', { ward: '***' }],
    ]);
    expect(JSON.stringify(hashed)).not.toContain('secret');
  });

  it('keeps of a dead letter its length and a keyed digest, and none of its values in reason, key and headers', () => {
    const broken = [
      ...[
        reading({ deviceId: null }),
        reading({ timestamp: 'secret' }),
        reading({ temperature: 'secret' }),
        '{"secret',
      ],
      ...[reading({ temperature: 1e9 }), reading({ timestamp: 1_5 }), '"secret"', null],
    ];
    const records = broken.map((value, at) =>
      record(value, {
        ...{ 'event-id': `secret-${at}`, 'pipeline-row': 'secret-row', 'pipeline-redrive': 'secret' },
      }),
    );
    const bad = record(reading(), { 'event-id': 'secret'.repeat(100) });
    const letters = judgeEach([batchOf({ labels: { other: 'hash' } }, [...records, bad])]).flatMap(
      ({ written }) => written,
    );
    const originals = [...broken, bad.value].map((value) => value ?? '').map(String);
    expect(letters.map(({ value }) => [value['originalLength'], value['originalHmac']])).toEqual(
      originals.map((text) => [Buffer.byteLength(text), createHmac('sha256', KEY).update(text).digest('hex')]),
    );
    expect(letters.map(idOf)).toEqual([...broken.map((_, at) => hashOf(`secret-${at}`)), 'plant-0-8']);
    for (const letter of letters) {
      expect(letter.value).not.toHaveProperty('original');
      expect(letter.value).not.toHaveProperty('originalSha256');
      expect(letter.key).toBe(idOf(letter));
      expect(Object.keys(letter.headers).sort()).toEqual(['event-id', 'pipeline-protected', 'pipeline-run']);
    }
    expect(JSON.stringify(letters)).not.toContain('secret');
    expect(JSON.stringify(letters)).not.toContain(DEVICE);
  });

  it('gives each raw record the id that the proof finds by code of its own, in facts without any of its values', async () => {
    const fields = { eventId: { join: ['deviceId', 'n'] } };
    const batches = [
      batchOf({ deviceId: 'hash' }, [record(reading({ n: 1 })), record(reading()), record('{', { 'event-id': 'x' })], {
        ...TOPIC,
        fields,
      }),
      batchOf(
        { text: 'drop' },
        [
          record(reading(), { 'pipeline-row': 'row-1' }),
          record(reading({ eventId: 'given' }), { 'pipeline-row': 'row-2' }),
        ],
        { kind: 'file', path: 'rows.ndjson', format: 'ndjson' },
      ),
    ];
    const judged = judgeEach(batches).map(({ written }) => written.map(idOf));
    expect(judged[1]).toEqual([hashOf('row-1'), hashOf('given')]);
    for (const [index, { plan, records }] of batches.entries()) {
      const { topics, rules, source } = plan;
      const request = newRequest(plan.run, 1, plan.name);
      const rows = source.kind === 'file' ? ({ kind: 'file' } as never) : null;
      const raw = { ...request.scope.raw, topic: topics.raw };
      const asked = { ...request, plan: rows, eventId: rules.fields.eventId, scope: { ...request.scope, raw } };
      const ids = await protectedIds({ protectKeyFingerprint: fingerprint }, protectKeyFile);
      const facts = new RecordFacts(asked, false, undefined, ids);
      const found = records.map(({ value, headers }, offset) =>
        facts.ofRaw({
          ...{ partition: 0, offset: String(offset), timestamp: '0', key: Buffer.from(DEVICE) },
          value: value === null ? null : Buffer.from(value),
          headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text ?? '')])),
        }),
      );
      expect(found.map((fact) => fact?.id)).toEqual(judged[index]);
      expect(JSON.stringify(found)).not.toMatch(/secret|row-|given/);
    }
  });

  it('is nothing with another key than the run began with', () => {
    const { plan } = batchOf({ deviceId: 'hash' }, []);
    const { protect, ...rules } = plan.rules;
    if (protect === undefined) throw new Error('expected rules of protection');
    const other = { ...plan, rules: { ...rules, protect: { ...protect, keyFingerprint: 'other' } } };
    expect(() => judgeEach([{ plan: other, records: [record(reading())], protectKeyFile }])).toThrow(
      `expected the key with fingerprint other in PROTECT_KEY_FILE, got ${fingerprint}`,
    );
  });
});
