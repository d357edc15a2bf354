import { Readable } from 'node:stream';
import type { Client } from '@elastic/elasticsearch';
import fc from 'fast-check';
import { toBulkItem, type BulkItem } from '../../../activities/indexing/bulk-item';
import { sendBulk } from '../../../activities/indexing/send-bulk';
import { idOf, itemsOf } from '../../faults/bulk-exchange';

/** The reply to one request; its items get the statuses in turn. */
type Reply = { readonly statuses: readonly number[] } | { readonly refused: number } | 'lost' | 'garbage';

const reply: fc.Arbitrary<Reply> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ statuses: fc.array(fc.constantFrom(200, 201, 400, 409, 429, 503), { minLength: 1 }) }),
  },
  { weight: 3, arbitrary: fc.record({ refused: fc.constantFrom(400, 413, 429, 503) }) },
  { weight: 1, arbitrary: fc.constantFrom('lost' as const, 'garbage' as const) },
);

/** Answers by a script, then accepts everything; remembers its verdicts. */
class ScriptedElasticsearch {
  readonly judged = new Map<string, 'done' | 'stale' | 'reject'>();
  readonly sentAfterJudgement: string[] = [];
  #requests = 0;

  constructor(private readonly script: readonly Reply[]) {}

  get client(): Client {
    const request = ({ bulkBody }: { bulkBody: Buffer }) => Promise.resolve(this.#answer(itemsOf(bulkBody).map(idOf)));
    return { transport: { request } } as unknown as Client;
  }

  #answer(ids: readonly string[]): { statusCode: number; headers: object; body: Readable } {
    this.sentAfterJudgement.push(...ids.filter((id) => this.judged.has(id)));
    const next = this.script[this.#requests++] ?? { statuses: [201] };
    if (next === 'lost') throw new Error('the connection was lost');
    if (next === 'garbage') return answer(200, '<html>');
    if ('refused' in next) {
      if (next.refused === 413 && ids.length === 1) this.judged.set(ids[0] ?? '', 'reject');
      return answer(next.refused, '');
    }
    const items = ids.map((id, position) => this.#judge(id, next.statuses[position % next.statuses.length] ?? 201));
    const errors = items.some(({ index }) => index.error !== undefined);
    return answer(200, JSON.stringify({ errors, items }));
  }

  #judge(id: string, status: number): { index: { status: number; error?: { type: string } } } {
    if (status === 400) this.judged.set(id, 'reject');
    else if (status === 409) this.judged.set(id, 'stale');
    else if (status < 300) this.judged.set(id, 'done');
    return { index: { status, ...(status < 300 ? {} : { error: { type: 'document_parsing_exception' } }) } };
  }
}

function answer(statusCode: number, text: string) {
  return { statusCode, headers: {}, body: Readable.from([Buffer.from(text)]) };
}

function items(count: number): BulkItem[] {
  return Array.from({ length: count }, (_, n) => {
    const headers = { 'event-id': Buffer.from(`id${n}`) };
    const made = toBulkItem(
      { partition: 0, offset: String(n), timestamp: '0', key: null, value: Buffer.from('{}'), headers },
      { pipeline: 'p', indexedAt: 0 },
    );
    if ('reason' in made) throw new Error(made.reason);
    return made;
  });
}

describe('the judgement of a bulk request', () => {
  it('gives every item exactly one verdict and sends none again after it, whatever the replies', async () => {
    let ended = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.array(reply, { maxLength: 8 }), async (count, script) => {
        const server = new ScriptedElasticsearch(script);
        const sent = items(count);
        const sending = sendBulk({
          ...{ elasticsearch: server.client, alias: 'a', items: sent, signal: new AbortController().signal },
          pause: () => Promise.resolve(),
        });
        const outcome = await sending.catch((error: unknown) => error as { type: string });
        expect(server.sentAfterJudgement).toEqual([]);
        if ('type' in outcome) {
          expect(['IndexMisconfigured', 'ServiceUnavailable']).toContain(outcome.type);
          return;
        }
        ended += 1;
        const under = (heading: string) => [...server.judged].filter(([, judged]) => judged === heading);
        expect(outcome.done + outcome.stale + outcome.rejected.length).toBe(count);
        expect([outcome.done, outcome.stale]).toEqual([under('done').length, under('stale').length]);
        expect(outcome.rejected.map(({ item: { id } }) => id).sort()).toEqual(
          under('reject')
            .map(([id]) => id)
            .sort(),
        );
      }),
      { numRuns: 400 },
    );
    expect(ended).toBeGreaterThan(100);
  });
});
