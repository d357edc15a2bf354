import { ApplicationFailure } from '@temporalio/common';
import { parseInput } from '../../../activities/preparation/parse-input';
import type { PipelinePlan } from '../../../activities/contracts/plan';

type ProtectKeyFacts = { readonly fingerprint: string } | { readonly problem: string };

function parse(input: object, protectKey: ProtectKeyFacts = { fingerprint: 'f1' }): PipelinePlan {
  const request = { input, workflowId: 'pipeline/p', run: 'r', startedAt: '2026-03-04T05:06:07.000Z' };
  return parseInput({ io: 'io', lanes: 'lanes', host: 'host' }, request, { protectKey });
}

function problemOf(input: object, protectKey?: ProtectKeyFacts): string {
  try {
    parse(input, protectKey);
  } catch (error) {
    if (error instanceof ApplicationFailure) return error.message;
    throw error;
  }
  throw new Error('expected the input to be refused');
}

const topic = (fields: object) => ({ kind: 'topic', topic: 'plant', fields });

describe('protect in the input', () => {
  it('becomes rules with the fingerprint of the key, a mask with the number of characters that it keeps', () => {
    const { rules } = parse({
      protect: { deviceId: 'hash', text: 'drop', labels: { b: 'hash', a: { mask: { keepLast: 2 } } } },
    });
    expect(rules.protect).toEqual({
      keyFingerprint: 'f1',
      deviceId: { kind: 'hash' },
      text: { kind: 'drop' },
      labels: null,
      namedLabels: { a: { kind: 'mask', keepLast: 2 }, b: { kind: 'hash' } },
    });
    expect(parse({ protect: { labels: { mask: { keepLast: 0 } } } }).rules.protect).toMatchObject({
      labels: { kind: 'mask', keepLast: 0 },
      namedLabels: {},
    });
  });

  it('starts a new generation with each key, and changes no definition where it is absent', () => {
    const live = { source: { kind: 'topic', topic: 'plant', follow: true } };
    const protect = { deviceId: 'hash' };
    const generations = [
      parse({ ...live, protect }, { fingerprint: 'f1' }),
      parse({ ...live, protect }, { fingerprint: 'f2' }),
      parse(live, { fingerprint: 'f1' }),
      parse(live, { fingerprint: 'f2' }),
    ].map(({ generation }) => generation);
    expect(generations[2]).toBe(generations[3]);
    expect(new Set(generations).size).toBe(3);
  });

  it('is refused without a key on the worker, with what is wrong with the key', () => {
    const problem = 'Expected the key, but this worker has none.';
    expect(problemOf({ protect: { text: 'drop' } }, { problem })).toContain(`✖ ${problem}\n  → at protect`);
    expect(parse({}, { problem }).rules.protect).toBeUndefined();
  });

  it.each([
    [
      { temperature: 'drop' },
      'expected only deviceId, eventId, text and labels, got temperature: windows need numbers',
    ],
    [{ deviceId: 'drop' }, 'expected "hash" or {"mask": {"keepLast": n}}, since a reading cannot be without a device'],
    [{ eventId: { mask: { keepLast: 4 } } }, 'expected "hash", since ids must stay different'],
    [{ text: 'encrypt' }, 'expected "drop", "hash" or {"mask": {"keepLast": n}}'],
    [{}, 'expected at least one of deviceId, eventId, text, labels'],
  ])('refuses %j', (protect, message) => {
    expect(problemOf({ protect })).toContain(message);
  });

  it('refuses a constant, which stands in the input and so in Temporal', () => {
    const source = topic({ deviceId: { constant: 'pump' } });
    expect(problemOf({ source, protect: { deviceId: 'hash' } })).toContain(
      'protect.deviceId: expected a place in the record',
    );
    expect(parse({ source, protect: { text: 'drop' } }).rules.protect).toMatchObject({ deviceId: null });
  });

  it.each([
    [{ deviceId: 'who', text: 'who' }],
    [{ deviceId: { path: 'who.id' }, text: 'who' }],
    [{ deviceId: { join: ['site', { header: 'who' }] }, text: { header: 'who' } }],
    [{ deviceId: { key: 'who' }, text: { key: true } }],
  ])('refuses to protect one of two fields that stand at one place: %j', (fields) => {
    expect(problemOf({ source: topic(fields), protect: { deviceId: 'hash' } })).toContain('both or neither');
    expect(parse({ source: topic(fields), protect: { deviceId: 'hash', text: 'drop' } }).rules.protect).toBeDefined();
  });
});
