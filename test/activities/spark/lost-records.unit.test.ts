import { lostRecords, recreatedTopic } from '../../../activities/spark/lost-records';

const offsets = { start: { 0: '150', 1: '0' }, end: { 0: '200', 1: '80' } };

describe('the comparison of a checkpoint with its topic', () => {
  it('finds nothing while the topic has what is read next, or is read to its end', () => {
    expect(lostRecords('t', { 0: '150', 1: '80' }, offsets, false)).toBeNull();
    expect(lostRecords('t', {}, offsets, false)).toBeNull();
  });

  it('names partition and offsets of records that Kafka has removed', () => {
    const lost = lostRecords('plant.raw', { 0: '100', 1: '80' }, offsets, false);
    expect(lost?.type).toBe('OffsetOutOfRange');
    expect(lost?.message).toMatch(/^Topic plant.raw partition 0 starts at offset 150, expected 100, .* 50 offsets/);
  });

  it('says nothing of removed records while a driver runs, which may have read them', () => {
    expect(lostRecords('t', { 0: '100' }, offsets, true)).toBeNull();
  });

  it.each([
    ['ends earlier', { 1: '81' }, 'partition 1 ends at offset 80, expected it to reach 81'],
    ['has no such partition', { 2: '5' }, 'partition 2 ends at offset 0, expected it to reach 5'],
  ])('finds that the topic was recreated if it %s, also while a driver runs', (_what, next, text) => {
    const lost = lostRecords('t', next, offsets, true);
    expect(lost?.type).toBe('TopicRecreated');
    expect(lost?.message).toContain(text);
  });
});

describe('the error of a driver whose topic is another one', () => {
  it('is TopicRecreated, with what an operator can do', () => {
    const lost = recreatedTopic('TopicRecreated: Topic plant.raw was deleted and recreated: its id is a, expected b');
    expect(lost).toEqual({
      type: 'TopicRecreated',
      message: expect.stringMatching(/^Topic plant.raw was deleted and recreated: .* Resume to read the new/) as string,
    });
  });

  it.each([null, 'KAFKA_DATA_LOSS: TopicRecreated: x'])('is none for %j', (error) => {
    expect(recreatedTopic(error)).toBeNull();
  });
});
