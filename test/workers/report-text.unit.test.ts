import type { RunReport } from '../../activities/contracts/report';
import { progressLine, reportText } from '../../workers/report-text';
import {
  NO_TOTALS,
  STAGES,
  toProgress,
  type Attention,
  type StageName,
  type StageTotals,
} from '../../workflows/control/progress';
import { PROOF } from '../workflows/fake-activities';

const REPORT = {
  ...{ name: 'plant', run: 'r', durationMs: 1_000, firstIndexedMs: null, sparkStarts: 1, notes: [], stages: {} },
  ...{ reconciled: true, proof: PROOF, deadLetterFlood: null },
} as unknown as RunReport;

describe('the text of a report', () => {
  it('begins with the run', () => {
    expect(reportText(REPORT)).toMatch(/^Run r of plant: 1.0 s, 1 Spark start\n/);
  });

  it('says how long the first readings took', () => {
    const text = reportText({ ...REPORT, firstIndexedMs: 18_440 });
    expect(text).toMatch(/^Run r of plant: 1.0 s, first readings indexed after 18.4 s, 1 Spark start\n/);
  });

  it('begins with the dead letters if they are a flood: the commonest reasons and the first example', () => {
    const deadLettersByReason = { 'parse:Empty': 10, 'parse:BadTimestamp': 1_980, 'source:BadRow': 4, 'index:x': 6 };
    const example = 'plant.raw partition 1 offset 7, parse:BadTimestamp, expected an ISO 8601 time.';
    const deadLetterFlood = { deadLetters: 2_000, absent: 0, records: 2_001, maxRatio: 0.5, example };
    const [first] = reportText({ ...REPORT, proof: { ...PROOF, deadLettersByReason }, deadLetterFlood }).split('\n');
    expect(first).toBe(
      'DEAD LETTERS: 2,000 of 2,001 records cannot be used, more than the maxDeadLetterRatio of 0.5: ' +
        'parse:BadTimestamp 1,980, parse:Empty 10, index:x 6. ' +
        'The first: plant.raw partition 1 offset 7, parse:BadTimestamp, expected an ISO 8601 time.',
    );
  });
});

describe('the sum of the proof in the text of a report', () => {
  it.each([
    ['has as many published as planned', 100, 'planned 100 = published 100 = indexed'],
    ['has fewer published where the plan names an id twice', 101, 'planned 101, published 100 = indexed'],
  ])('%s', (_fact, planned, sum) => {
    expect(reportText({ ...REPORT, proof: { ...PROOF, planned } })).toContain(sum);
  });
});

describe('the text of a report of a run with records without values', () => {
  it('says so below its first line, and in the sum of the proof', () => {
    const lines = reportText({ ...REPORT, proof: { ...PROOF, indexed: 4, absent: 1_055 } }).split('\n');
    expect(lines[1]).toBe('absent: 1,055 records have no value of any measurement');
    expect(lines.join('\n')).toContain('= indexed 4 + absent 1,055 + dead letters');
  });

  it('begins with it if nothing was indexed', () => {
    const proof = { ...PROOF, indexed: 0, absent: 90, deadLetters: 10, deadLettersByReason: { 'parse:Empty': 10 } };
    const deadLetterFlood = { deadLetters: 10, absent: 90, records: 100, maxRatio: 0.5, example: null };
    expect(reportText({ ...REPORT, proof, deadLetterFlood }).split('\n')[0]).toBe(
      'NOTHING INDEXED: of 100 records 90 have no value of any measurement and 10 are dead letters; source.fields and ' +
        'source.long say where values stand: parse:Empty 10.',
    );
  });
});

describe('the line of progress', () => {
  it('is followed by what needs attention and the command that helps', () => {
    const stages = Object.fromEntries(STAGES.map((stage) => [stage, NO_TOTALS])) as Record<StageName, StageTotals>;
    const parked: Attention = {
      ...{ stage: 'readings', state: 'PARKED', partition: '2' },
      ...{ reason: 'OffsetOutOfRange: removed', command: 'temporal x' },
    };
    const retrying: Attention = { ...parked, stage: 'pipeline', state: 'RETRYING', partition: null, command: null };
    const progress = toProgress({ name: 'plant', run: 'r', rules: { bounded: true } }, 'running', stages, [
      retrying,
      parked,
    ]);
    expect(progress.state).toBe('PARKED');
    expect(progressLine(progress).split('\n').slice(1)).toEqual([
      '  RETRYING pipeline: OffsetOutOfRange: removed',
      '  PARKED readings partition 2: OffsetOutOfRange: removed',
      '    temporal x',
    ]);
  });
});
