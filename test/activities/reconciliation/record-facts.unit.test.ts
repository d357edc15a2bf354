import type { IncomingRecord } from '../../../activities/kafka';
import { RecordFacts } from '../../../activities/reconciliation/record-facts';
import { newRequest } from './written-run';

function record(headers: Readonly<Record<string, string>>): IncomingRecord {
  return {
    ...{ partition: 0, offset: '3', timestamp: '1', key: null, value: Buffer.from('{}') },
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
}

describe('the fact of an enriched record', () => {
  const request = newRequest('mine', 1);
  const headers = { 'event-id': 'a', 'pipeline-run': 'mine', 'pipeline-raw': '0:7:1', 'pipeline-absent': '1' };

  it('is that no measurement has a value if the job says so by a header', () => {
    const facts = new RecordFacts(request, false);
    expect(facts.ofEnriched({ ...record(headers), value: null })).toEqual({ kind: 'absent', id: 'a', atMs: 1 });
    const raw = { ...request.scope.raw, from: { '0': '0' }, to: { '0': '7' } };
    const live = new RecordFacts({ ...request, bounded: false, scope: { ...request.scope, raw } }, false);
    expect(live.ofEnriched({ ...record(headers), value: null })).toEqual({
      ...{ kind: 'absent', id: 'a', atMs: 1 },
      outside: true,
    });
  });

  it('is that of a reading if the record has a value', () => {
    expect(new RecordFacts(request, false).ofEnriched(record(headers))).toMatchObject({ kind: 'enriched', id: 'a' });
  });
});

describe('the fact of a raw record', () => {
  const live = new RecordFacts({ ...newRequest('mine', 1), bounded: false }, false);

  it('shows that another run planned what was redriven into a run without end', () => {
    const redriven = record({ 'event-id': 'a', 'pipeline-run': 'other', 'pipeline-redrive': '1' });
    expect(live.ofRaw(redriven)).toMatchObject({ kind: 'published', id: 'a', ofAnotherRun: true });
  });

  it.each([
    { 'pipeline-run': 'other' },
    { 'pipeline-run': 'mine', 'pipeline-redrive': '1' },
    { 'pipeline-redrive': '1' },
    { 'pipeline-run': 'other', 'pipeline-redrive': '9' },
  ])('does not show that for a record with the headers %j', (headers) => {
    expect(live.ofRaw(record({ 'event-id': 'a', ...headers }))).not.toHaveProperty('ofAnotherRun');
  });

  it('is null for what another run published or redrove beside a bounded one', () => {
    const bounded = new RecordFacts(newRequest('mine', 1), false);
    expect(bounded.ofRaw(record({ 'pipeline-run': 'other', 'pipeline-redrive': '1' }))).toBeNull();
    expect(bounded.foreign).toBe(1);
  });

  it('is that of its own run for whatever headers a record has in a topic of others', () => {
    const request = newRequest('mine', 1);
    const raw = { ...request.scope.raw, topic: 'other-pipeline.raw' };
    const topicSource = new RecordFacts({ ...request, plan: null, scope: { ...request.scope, raw } }, false);
    const stranger = record({ 'event-id': 'a', 'pipeline-run': 'other', 'pipeline-redrive': '1', run: '42' });
    expect(topicSource.ofRaw(stranger)).toEqual({ kind: 'published', id: 'a', digest: expect.any(String) as string });
    expect(topicSource.foreign).toBe(0);
  });
});
