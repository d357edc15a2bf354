import { timeReading } from '../../../activities/inspection/time-reading';

function read(texts: readonly unknown[], isNamedSo = true): object | null {
  const found = timeReading(texts as string[], isNamedSo);
  return found === null ? null : { format: found.format, others: found.others, hasZone: found.hasZone };
}

const certain = (format: string, hasZone: boolean): object => ({ format, others: [], hasZone });

describe('the reading of times', () => {
  it.each([
    ['2026-01-05T00:00:00Z', 'iso', true],
    ['2026-01-05 00:00:00+00', 'iso', true],
    ['2026-01-05 00:00:00.123456 +0000 UTC', 'iso', true],
    ['2026-01-05t00:00:00,5z', 'iso', true],
    ['2026-01-05 00:00', 'iso', false],
    ['Sun, 12 Jul 2020 00:01:34 GMT', 'rfc1123', true],
    ['2026/01/05 13:00:00', 'yyyy/MM/dd HH:mm:ss', false],
    ['2026-1-5 3:00', 'yyyy-M-d H:mm', false],
    ['2026-01-05', 'yyyy-MM-dd', false],
    ['20260105', 'yyyyMMdd', false],
    ['20260105T130000Z', "yyyyMMdd'T'HHmmssXXX", true],
    ['20260105 1300', 'yyyyMMdd HHmm', false],
    ['2026010513', 'yyyyMMddHH', false],
    ['31.12.2026 13:00', 'dd.MM.yyyy HH:mm', false],
    ['12/31/26 01:00:00 AM', 'MM/dd/yy hh:mm:ss a', false],
    ['31-12-2026 13h05', "dd-MM-yyyy HH'h'mm", false],
    ['12 Jul 2020 00:01:34 +0200', 'rfc1123', true],
    ['12-Jul-2020 00:01:34', 'dd-MMM-yyyy HH:mm:ss', false],
    ['July 12, 2020 1:05 PM', 'MMMM dd, yyyy h:mm a', false],
    ['31/12/2026 13:00:00.123 +02:00', 'dd/MM/yyyy HH:mm:ss.SSS XXX', true],
  ])('finds the format of %s', (text, format, hasZone) => {
    expect(read([text])).toEqual(certain(format, hasZone));
  });

  it('reads seconds and fractions that only some values have', () => {
    const texts = ['31.12.2026 13:00', '31.12.2026 13:00:01', '31.12.2026 13:00:01.25'];
    expect(read(texts)).toEqual(certain('dd.MM.yyyy HH:mm[:ss[.SS]]', false));
  });

  it('lets a day after the 12th decide the order of day and month', () => {
    expect(read(['03/04/2026 10:00', '13/04/2026 10:00'])).toMatchObject({ format: 'dd/MM/yyyy HH:mm', others: [] });
    expect(read(['03/04/2026 10:00', '04/13/2026 10:00'])).toMatchObject({ format: 'MM/dd/yyyy HH:mm', others: [] });
    expect(read(['13/04/2026 10:00', '04/13/2026 10:00'])).toBeNull();
  });

  it('leaves the order open if no day is after the 12th', () => {
    const both = { format: 'dd/MM/yyyy HH:mm', others: ['MM/dd/yyyy HH:mm'] };
    expect(read(['03/04/2026 10:00', '12/04/2026 10:00'])).toMatchObject(both);
    expect(read(['03.04.2026'])).toMatchObject({ format: 'dd.MM.yyyy', others: ['MM.dd.yyyy'] });
    expect(read(['1/5/26 9:05 PM'])).toMatchObject({ format: 'M/d/yy h:mm a', others: ['d/M/yy h:mm a'] });
  });

  it('asks whether a year of two digits is first, and proposes it if only the last part changes', () => {
    const found = read(['26-11-03 10:00', '26-11-20 10:00']);
    expect(found).toMatchObject({ format: 'yy-MM-dd HH:mm', others: ['dd-MM-yy HH:mm'] });
    expect(read(['03-11-26 10:00', '20-11-26 10:00'])).toMatchObject({
      format: 'dd-MM-yy HH:mm',
      others: ['yy-MM-dd HH:mm'],
    });
  });

  it('takes the name of a zone for text, since EST or IST stands for several', () => {
    expect(read(['2026-01-05 13:00 IST'])).toMatchObject({ hasZone: false });
    expect(read(['05.01.2026 13:00:00 EST'])).toMatchObject({ format: "dd.MM.yyyy HH:mm:ss 'EST'", hasZone: false });
  });

  it.each([
    [1_600_000_000, 's'],
    ['1.5945120900000004E9', 's'],
    ['1594512094.25', 's'],
    [1_704_456_000_000, 'ms'],
    ['1594512094385974', 'us'],
    ['1594512094385974612', 'ns'],
  ])('tells the unit of %s by its size', (number, unit) => {
    expect(read([number], false)).toEqual(certain(unit, true));
  });

  it('asks for the unit of times that are older than 2001, and takes other numbers for no times', () => {
    expect(read([631_152_000])).toEqual({ format: 's', others: ['ms'], hasZone: true });
    expect(read([631_152_000_000])).toEqual({ format: 'ms', others: ['us'], hasZone: true });
    expect(read([631_152_000], false)).toBeNull();
    expect(read([12_345])).toBeNull();
  });

  it('does not mind a few broken values, but most must be times', () => {
    const good = Array.from({ length: 8 }, (_none, hour) => `2026-01-05T0${hour}:00:00Z`);
    expect(read([...good, 'not a time', null, ''])).toEqual(certain('iso', true));
    expect(read(['2026-01-05T00:00:00Z', 'a', 'b'])).toBeNull();
    expect(read([])).toBeNull();
  });
});
