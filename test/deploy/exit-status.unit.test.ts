import { exitStatus } from '../../deploy/local/exit-status';
import { deadLetterFlood } from '../../workflows/pipeline/dead-letter-flood';
import { PROOF } from '../workflows/fake-activities';

const NOTHING = { indexed: 0, expired: 0, absent: 0, deadLetters: 0 };

/** The status of a reconciled run whose proof counts these. */
function statusOf(counts: Partial<typeof NOTHING>): number {
  const flood = deadLetterFlood({ maxDeadLetterRatio: 0.5 }, { ...PROOF, ...NOTHING, ...counts });
  return exitStatus({ reconciled: true, deadLetterFlood: flood && { ...flood, example: null } });
}

describe('exitStatus', () => {
  it('is 0 for a reconciled run with few dead letters, and for one that had nothing to read', () => {
    expect([statusOf({ indexed: 5, deadLetters: 5 }), statusOf({})]).toEqual([0, 0]);
  });

  it('is 3 for a reconciled run whose records are mostly dead letters, or have no value', () => {
    expect([statusOf({ indexed: 4, deadLetters: 5 }), statusOf({ absent: 5 })]).toEqual([3, 3]);
  });

  it('is 1 for a run that is not reconciled, whatever else it shows, or that ends without a report', () => {
    const flood = { deadLetters: 9, absent: 0, records: 9, maxRatio: 0.5, example: null };
    expect(exitStatus({ reconciled: false, deadLetterFlood: flood })).toBe(1);
    expect(exitStatus(null)).toBe(1);
  });
});
