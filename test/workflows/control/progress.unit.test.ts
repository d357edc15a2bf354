import {
  addTotals,
  NO_TOTALS,
  ratePerSecond,
  STAGES,
  toDetails,
  toProgress,
  type StageName,
  type StageTotals,
} from '../../../workflows/control/progress';

const none = Object.fromEntries(STAGES.map((stage) => [stage, NO_TOTALS])) as Record<StageName, StageTotals>;

const RUN = { name: 'demo', run: 'r', rules: { bounded: true } };
const NONE = { in: 0, out: 0, deadLetters: 0, bytes: 0, lag: 0 };

describe('addTotals', () => {
  it('adds the counts of an activity and keeps the time of the first and the latest record', () => {
    const first = addTotals(NO_TOTALS, { in: 10, out: 9, deadLetters: 1, bytes: 100, lag: 5 }, 1_000);
    const second = addTotals(first, { ...NONE, in: 10, out: 10, absent: 2 }, 3_000);
    expect(second).toEqual({
      in: 20,
      out: 19,
      deadLetters: 1,
      absent: 2,
      bytes: 100,
      lag: 0,
      firstMs: 1_000,
      lastMs: 3_000,
    });
  });

  it('does not count an idle poll as work', () => {
    const worked = addTotals(NO_TOTALS, { ...NONE, in: 1, out: 1 }, 1_000);
    expect(addTotals(worked, NONE, 9_000).lastMs).toBe(1_000);
  });
});

describe('ratePerSecond', () => {
  it('is 0 while all records have the same time', () => {
    expect(ratePerSecond(addTotals(NO_TOTALS, { ...NONE, in: 5, out: 5 }, 1_000))).toBe(0);
  });

  it('is the number of records divided by the active time', () => {
    expect(ratePerSecond({ ...NO_TOTALS, out: 500, firstMs: 1_000, lastMs: 3_000 })).toBe(250);
  });
});

describe('toProgress', () => {
  it('adds the lag of Spark and the lag of the indices', () => {
    const stages = {
      ...none,
      source: { ...NO_TOTALS, out: 100 },
      spark: { ...NO_TOTALS, in: 60 },
      readings: { ...NO_TOTALS, out: 40, lag: 15 },
    };
    expect(toProgress(RUN, 'running', stages)).toMatchObject({
      produced: 100,
      processed: 60,
      indexed: 40,
      lag: 55,
    });
  });
});

describe('the time by which a stage is behind', () => {
  it('is its own and that of Spark before it, and unknown if one of them is', () => {
    const stages = {
      ...none,
      spark: { ...NO_TOTALS, behindMs: 1_240 },
      readings: { ...NO_TOTALS, behindMs: 800 },
      windows: { ...NO_TOTALS, behindMs: null },
    };
    const progress = toProgress(RUN, 'running', stages);
    expect(progress.behindMs).toEqual({ spark: 1_240, readings: 2_040, windows: null, deadLetters: null });
    expect(toDetails(progress)).toContain('| readings | 0 | 0 | 0 | 0 | 2.0 s | 0 |');
    expect(toDetails(progress)).toContain('| windows | 0 | 0 | 0 | 0 |  | 0 |');
  });
});

describe('toDetails', () => {
  it('shows one row per stage', () => {
    const table = toDetails(toProgress(RUN, 'running', none));
    for (const stage of STAGES) expect(table).toContain(`| ${stage} |`);
  });

  it('shows how far a run without end is proven, and when its ranges were', () => {
    const provenAt = '2026-01-01T12:41:30.000Z';
    const proof = {
      ...{ provenUntil: '2026-01-01T12:40:00.000Z', ranges: 9, unproven: 0, latest: [{ number: 9, provenAt }] },
      earlier: { first: 2, last: 8, provenAt: '2026-01-01T11:31:00.000Z', turnMs: 4_200_000 },
    };
    const lines = toDetails(toProgress(RUN, 'running', none, [], 0, { proof })).split('\n');
    expect(lines.slice(-5)).toEqual([
      'proven until 2026-01-01T12:40Z, 9 ranges',
      '',
      'range last proven: 9 at 2026-01-01T12:41Z',
      '',
      'ranges 2 to 8: each again within 70 min, longest ago at 2026-01-01T11:31Z',
    ]);
  });

  it('shows what needs attention, with the command that helps if there is one', () => {
    const place = { stage: 'pipeline', partition: null, reason: 'x: y' } as const;
    const details = (command: string | null, state: 'RETRYING' | 'PARKED'): string =>
      toDetails(toProgress(RUN, 'preparing', none, [{ ...place, state, command }]));
    expect(details(null, 'RETRYING')).toMatch(/^\*\*preparing, RETRYING\*\*[^]*\n\*\*RETRYING\*\* pipeline: x: y$/);
    expect(details('temporal x', 'PARKED')).toMatch(/\*\*PARKED\*\* pipeline: x: y\n```\ntemporal x\n```$/);
  });
});
