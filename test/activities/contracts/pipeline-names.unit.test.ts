import { fillsRawTopic } from '../../../activities/contracts/pipeline-names';

describe('fillsRawTopic', () => {
  it('is true for the raw topic of the pipeline itself', () => {
    expect(fillsRawTopic('plant', 'plant.raw')).toBe(true);
  });

  it.each(['other.raw', 'plant', 'plant.readings', 'Plant.raw'])('is false for %s, which others fill', (topic) => {
    expect(fillsRawTopic('plant', topic)).toBe(false);
  });
});
