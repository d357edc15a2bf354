import type { DiscrepancyKind } from '../../../activities/contracts/report';
import {
  foreignWindowDiscrepancies,
  WindowState,
  windowDiscrepancies,
  type WindowFact,
} from '../../../activities/reconciliation/window-state';

const id = 'a';

describe('the discrepancies of a window', () => {
  const reading: WindowFact = { kind: 'reading', id, times: 1 };
  const version = (count: number, digest = `v${count}`): WindowFact => ({ kind: 'published', id, count, digest });
  const other: WindowFact = { ...reading, ofOtherRun: true };
  const overwritten = (count: number, digest = `v${count}`): WindowFact => ({
    ...{ kind: 'indexed', id, count, digest },
    ofOtherRun: true,
  });
  const document = (count: number, digest = `v${count}`): WindowFact => ({ kind: 'indexed', id, count, digest });

  it.each<[DiscrepancyKind | null, DiscrepancyKind | null, WindowFact[]]>([
    [null, null, [reading, reading, version(2), version(1), document(2)]],
    [null, null, [reading, version(1, 'x'), version(1, 'y'), document(1, 'x')]],
    ['window missing', 'window missing', [reading, version(1)]],
    ['window not expected', null, [version(1), document(1)]],
    [null, null, [version(0), document(0)]],
    [null, null, [other, version(1), document(1)]],
    ['window with another count', null, [other, version(1), document(2)]],
    ['window with another count', null, [reading, version(2), document(2)]],
    ['window with another count', 'window with another count', [reading, reading, version(2), document(1)]],
    ['window with other content', 'window with other content', [reading, version(1), document(1, 'x')]],
    ['window with other content', null, [reading, document(1)]],
    ['indexed twice', 'indexed twice', [reading, version(1), document(1), document(1)]],
    [null, null, [reading, other, version(1), version(2), document(2)]],
    [null, null, [reading, other, version(1), overwritten(2, 'y')]],
    ['window with another count', 'window with another count', [reading, other, version(1), document(1)]],
    ['window with another count', 'window with another count', [reading, other, version(1), overwritten(1)]],
    ['window with another count', null, [reading, version(1), version(2), document(2)]],
    ['window with another count', null, [reading, other, version(1), overwritten(3)]],
    ['window with other content', 'window with other content', [reading, other, version(2), document(2, 'y')]],
  ])('are %s in a bounded run, and %s in one without end', (bounded, live, facts) => {
    for (const order of [facts, [...facts].reverse()]) {
      const state = new WindowState();
      for (const fact of order) state.add(fact);
      expect(windowDiscrepancies(state, true, 'kept')).toEqual(bounded === null ? [] : [bounded]);
      expect(windowDiscrepancies(state, false, 'kept')).toEqual(live === null ? [] : [live]);
    }
  });
});

describe('a window of other runs', () => {
  it('violates a rule if it counts more readings than it has', () => {
    const of = (count: number, readings: number) => {
      const state = new WindowState();
      state.add({ kind: 'indexed', id, count, digest: '', ofOtherRun: true });
      state.add({ kind: 'reading', id, ofOtherRun: true, times: readings });
      return foreignWindowDiscrepancies(state);
    };
    expect([of(2, 2), of(1, 2), of(0, 0)]).toEqual([[], [], []]);
    expect([of(2, 1), of(1, 0)]).toEqual(Array(2).fill(['window counts readings that are gone']));
  });
});

describe('a window', () => {
  it('is of a run that has readings in it or wrote it, and of no other one', () => {
    const isOfRun = (...facts: WindowFact[]): boolean => {
      const state = new WindowState();
      for (const fact of facts) state.add(fact);
      return state.isOfRun;
    };
    const document = { kind: 'indexed', id, count: 1, digest: 'x' } as const;
    expect(isOfRun({ kind: 'reading', id, times: 1 })).toBe(true);
    expect(isOfRun(document)).toBe(true);
    expect(isOfRun({ kind: 'reading', id, times: 1, ofOtherRun: true }, { ...document, ofOtherRun: true })).toBe(false);
  });
});
