import { deadLetterFlood } from '../../../workflows/pipeline/dead-letter-flood';
import { PROOF } from '../fake-activities';

describe('the flood of dead letters in a run', () => {
  it.each([
    ['more than the ratio', { indexed: 4, expired: 0, deadLetters: 6 }, 0.5, true],
    ['as many as the ratio', { indexed: 4, expired: 1, deadLetters: 5 }, 0.5, false],
    ['all of them', { indexed: 0, expired: 0, deadLetters: 1 }, 0.5, true],
    ['few, but all others have no value', { indexed: 0, expired: 0, absent: 9, deadLetters: 1 }, 0.5, true],
    ['none, as most have no value', { indexed: 1, expired: 0, absent: 9, deadLetters: 0 }, 0, false],
    ['none of no records', { indexed: 0, expired: 0, deadLetters: 0 }, 0, false],
    ['all of them if that is allowed', { indexed: 0, expired: 0, deadLetters: 9 }, 1, false],
  ])('%s', (_what, counts, maxDeadLetterRatio, isFlood) => {
    const flood = deadLetterFlood({ maxDeadLetterRatio }, { ...PROOF, ...counts });
    expect(flood !== null).toBe(isFlood);
  });
});
