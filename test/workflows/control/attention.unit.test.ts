import { pipelineAttention } from '../../../workflows/control/progress';
import { STAGES, type Attention, type StageName } from '../../../workflows/control/progress';

const RESUME_ALL = 'resume the pipeline';

function paused(stage: StageName, reason = 'an upgrade'): Attention {
  return { stage, state: 'PAUSED', partition: null, reason, command: `resume ${stage}` };
}

function parked(stage: StageName, partition: string): Attention {
  return { stage, state: 'PARKED', partition, reason: 'OffsetOutOfRange: gone', command: `resume ${stage}` };
}

const whole = (reason: string): Attention => ({
  ...{ stage: 'pipeline', state: 'PAUSED', partition: null },
  ...{ reason, command: RESUME_ALL },
});

describe('pipelineAttention', () => {
  it('gives one command where every part is paused', () => {
    expect(
      pipelineAttention(
        STAGES.map((stage) => paused(stage)),
        STAGES,
        RESUME_ALL,
      ),
    ).toEqual([whole('an upgrade')]);
  });

  it('leaves parts out that have ended', () => {
    const running = STAGES.filter((stage) => stage !== 'source');
    const attention = running.map((stage) => paused(stage));
    expect(pipelineAttention(attention, running, RESUME_ALL)).toEqual([whole('an upgrade')]);
    expect(pipelineAttention(attention, STAGES, RESUME_ALL)).toEqual(attention);
  });

  it('names every reason once', () => {
    const attention = STAGES.map((stage) => paused(stage, stage === 'spark' ? 'a leak' : 'an upgrade'));
    expect(pipelineAttention(attention, STAGES, RESUME_ALL)).toEqual([whole('an upgrade; a leak')]);
  });

  it('gives the command of the part where one of them is paused, even the last that runs', () => {
    expect(pipelineAttention([paused('spark')], STAGES, RESUME_ALL)).toEqual([paused('spark')]);
    expect(pipelineAttention([paused('readings')], ['readings'], RESUME_ALL)).toEqual([paused('readings')]);
  });

  it('gives the commands of parked partitions beside it', () => {
    const attention = [...STAGES.map((stage) => paused(stage)), parked('readings', '0'), parked('readings', '1')];
    expect(pipelineAttention(attention, STAGES, RESUME_ALL)).toEqual([
      whole('an upgrade'),
      parked('readings', '0'),
      parked('readings', '1'),
    ]);
    const one = [parked('readings', '0')];
    expect(pipelineAttention(one, STAGES, RESUME_ALL)).toEqual(one);
  });
});
