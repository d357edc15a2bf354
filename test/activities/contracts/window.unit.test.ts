import { MAX_DOCUMENT_ID_BYTES, MAX_EVENT_ID_BYTES } from '../../../activities/contracts/record';
import { windowId, windowStartMs, windowVersion } from '../../../activities/contracts/window';

describe('windowStartMs', () => {
  it.each([
    ['2026-01-01T00:00:59.999999Z', Date.parse('2026-01-01T00:00:00Z')],
    ['1970-01-01T00:00:00.000000Z', 0],
    ['1969-12-31T23:59:59.999999Z', -60_000],
    ['1000-01-01T00:00:00.000000Z', Date.parse('1000-01-01T00:00:00Z')],
  ])('is a multiple of the length: %s', (timestamp, start) => {
    expect(windowStartMs(timestamp, 60_000)).toBe(start);
  });
});

describe('windowId', () => {
  it('fits a document id with the longest device, run, start and length', () => {
    const device = 'é'.repeat(MAX_EVENT_ID_BYTES / 2);
    const prefix = `${'f'.repeat(36)}|`;
    const id = windowId(device, Date.parse('1000-01-01T00:00:00Z'), 3_660 * 24 * 3_600_000);
    expect(id).toBe(`${device}|-30610224000000|316224000000`);
    expect(Buffer.byteLength(prefix + id)).toBeLessThanOrEqual(MAX_DOCUMENT_ID_BYTES);
  });
});

describe('windowVersion', () => {
  it('orders by the start of the run, then by the count', () => {
    const versions = [
      windowVersion('2026-11-27T10:00:00.999Z', 1),
      windowVersion('2026-11-27T10:00:00.000Z', 2),
      windowVersion('2026-11-27T10:00:00.000Z', 1_000_000_000),
      windowVersion('2026-11-27T10:00:01.000Z', 1),
    ];
    expect(versions[0]).toBe('179577360000000001');
    expect([...versions].sort()).toEqual(versions);
    expect(versions.every((version) => /^\d{18}$/.test(version))).toBe(true);
  });
});
