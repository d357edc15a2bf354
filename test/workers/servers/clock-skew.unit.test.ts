import { clockFact } from '../../../workers/servers/clock-skew';

const SENT_MS = 1_000_000;

function factAt(serverMs: number, tookMs = 0): string {
  return clockFact({ sentMs: SENT_MS, serverMs, receivedMs: SENT_MS + tookMs });
}

describe('clockFact', () => {
  it('counts no time that the answer took as a difference', () => {
    expect(factAt(SENT_MS + 20_000, 60_000)).toBe('its clock differs by 0.0 s');
    expect(factAt(SENT_MS + 4_900)).toBe('its clock differs by 4.9 s');
  });

  it('refuses a clock that is more than five seconds ahead or behind, and says which', () => {
    expect(() => factAt(SENT_MS + 65_100, 5_000)).toThrow(
      'Its clock is 60.1 s ahead of that of this machine, expected at most 5 s: set both by NTP.',
    );
    expect(() => factAt(SENT_MS - 7_000, 5_000)).toThrow('Its clock is 7.0 s behind that of this machine');
  });
});
