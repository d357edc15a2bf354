import { pipelineAttention, STAGES, type Attention, type StageName } from '../../../workflows/control/progress';

const RESUME_ALL = 'resume the pipeline';

function paused(stage: StageName, reason = 'an upgrade'): Attention {
  return { stage, state: 'PAUSED', partition: null, reason, command: `resume ${stage}` };
}

function parked(stage: StageName, partition: string): Attention {
  return { stage, state: 'PARKED', partition, reason: 'OffsetOutOfRange: removed', command: `resume ${stage}` };
}

const allPaused = (reason: string): Attention => ({
  ...{ stage: 'pipeline', state: 'PAUSED', partition: null },
  ...{ reason, command: RESUME_ALL },
});

describe('pipelineAttention', () => {
  it('returns one command if every part is paused', () => {
    expect(
      pipelineAttention(
        STAGES.map((stage) => paused(stage)),
        STAGES,
        RESUME_ALL,
      ),
    ).toEqual([allPaused('an upgrade')]);
  });

  it('ignores parts that have ended', () => {
    const running = STAGES.filter((stage) => stage !== 'source');
    const attention = running.map((stage) => paused(stage));
    expect(pipelineAttention(attention, running, RESUME_ALL)).toEqual([allPaused('an upgrade')]);
    expect(pipelineAttention(attention, STAGES, RESUME_ALL)).toEqual(attention);
  });

  it('lists every reason once', () => {
    const attention = STAGES.map((stage) => paused(stage, stage === 'spark' ? 'a leak' : 'an upgrade'));
    expect(pipelineAttention(attention, STAGES, RESUME_ALL)).toEqual([allPaused('an upgrade; a leak')]);
  });

  it('returns the command of a part if only that part is paused, even if it is the last one running', () => {
    expect(pipelineAttention([paused('spark')], STAGES, RESUME_ALL)).toEqual([paused('spark')]);
    expect(pipelineAttention([paused('readings')], ['readings'], RESUME_ALL)).toEqual([paused('readings')]);
  });

  it('also returns the commands of parked partitions', () => {
    const attention = [...STAGES.map((stage) => paused(stage)), parked('readings', '0'), parked('readings', '1')];
    expect(pipelineAttention(attention, STAGES, RESUME_ALL)).toEqual([
      allPaused('an upgrade'),
      parked('readings', '0'),
      parked('readings', '1'),
    ]);
    const one = [parked('readings', '0')];
    expect(pipelineAttention(one, STAGES, RESUME_ALL)).toEqual(one);
  });
});
