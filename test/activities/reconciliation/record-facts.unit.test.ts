import type { IncomingRecord } from '../../../activities/kafka';
import { RecordFacts } from '../../../activities/reconciliation/record-facts';
import { newRequest } from './written-run';

function record(headers: Readonly<Record<string, string>>): IncomingRecord {
  return {
    ...{ partition: 0, offset: '3', timestamp: '1', key: null, value: Buffer.from('{}') },
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
}

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
