import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../activities/contracts/json-object';
import { fileSample } from '../../../activities/inspection/file-sample';
import { proposal, type Proposal } from '../../../activities/inspection/proposal';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'time-questions-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function proposed(rows: readonly string[], given: object = {}): Promise<Proposal> {
  const path = join(folder, 'sample.csv');
  writeFileSync(path, `${rows.join('\n')}\n`);
  return proposal(await fileSample(path, given as JsonObject), given as JsonObject);
}

function asked({ questions }: Proposal, setting: string): unknown {
  return questions.find((question) => question.setting === setting)?.answers;
}

const AMBIGUOUS = 'source.fields.timestamp.ambiguous';

describe('the questions about times', () => {
  it('ask which instant an hour means that occurs twice, if clocks of the zone go back', async () => {
    const rows = ['time,sensor,temp_c', '2026-01-05 00:00:00,s1,20', '2026-01-05 01:00:00,s1,21'];
    const inZone = (zone: string) => proposed(rows, { source: { fields: { timestamp: { zone } } } });
    const answers = ['earlier', 'later'].map((ambiguous) => ({ source: { fields: { timestamp: { ambiguous } } } }));
    expect(asked(await inZone('Europe/Berlin'), AMBIGUOUS)).toEqual(answers);
    expect(asked(await inZone('Asia/Tokyo'), AMBIGUOUS)).toBeUndefined();
    expect(asked(await inZone('+01:00'), AMBIGUOUS)).toBeUndefined();
    expect(asked(await proposed(rows), AMBIGUOUS)).toBeUndefined();
  });

  it.each([
    ['every quarter of an hour', ['02:30', '02:45', '02:00', '02:15', '02:30']],
    ['every hour', ['01:00', '02:00', '02:00', '03:00']],
  ])('ask it if the sample has an hour twice: %s', async (_, hours) => {
    const found = await proposed(['time,sensor,temp_c', ...hours.map((hour) => `2026-10-25 ${hour}:00,s1,20`)]);
    expect(asked(found, AMBIGUOUS)).toBeDefined();
    expect(found.questions.find(({ setting }) => setting.endsWith('zone'))?.asks).toContain('go back by up to an hour');
  });

  it.each([
    ['2026-01-05 00:00:00 CET', '+01:00', 'They say CET'],
    ['01/05/2026 00:00:00 EST', '-05:00', 'They say EST'],
    ['05.01.2026 00:00 IST', 'UTC', 'They say IST'],
  ])('propose the zone that %s names, and ask for it', async (time, zone, asks) => {
    const found = await proposed(['time,sensor,temp_c', `${time},s1,20`], {});
    expect(found.input).toMatchObject({ source: { fields: { timestamp: { zone } } } });
    expect(found.questions.find(({ setting }) => setting.endsWith('zone'))?.asks).toContain(asks);
  });

  const row = (time: string, zone = ''): string => `${time},s1,20${zone}`;
  const HEADER = 'time,sensor,temp_c';

  it.each([
    ['1 Jan 2026 00:00 CET', '1 Jul 2026 00:00 CEST', 'd MMM yyyy HH:mm z', 'Europe/Berlin'],
    ['2026-01-01 00:00:00 EST', '2026-07-01 00:00:00 EDT', 'yyyy-MM-dd HH:mm:ss z', 'America/New_York'],
  ])('propose a zone whose clocks have the names in %s and %s', async (winter, summer, format, zone) => {
    const found = await proposed([HEADER, row(winter), row(summer)]);
    expect(found.input).toMatchObject({ source: { fields: { timestamp: { format, zone } } } });
    expect(found.questions.map(({ setting }) => setting)).toEqual(['source.fields.timestamp.zone']);
    expect(found.questions[0]?.asks).toContain('Both are names of one zone');
  });

  it('say that one input cannot read names of several zones', async () => {
    const found = await proposed([HEADER, ...['CET', 'CET', 'EST'].map((name) => row(`2026-01-05 00:00 ${name}`))]);
    const timestamp = { format: "yyyy-MM-dd HH:mm 'CET'", zone: '+01:00' };
    expect(found.input).toMatchObject({ source: { fields: { timestamp } } });
    expect(found.questions[0]?.asks).toContain('They say CET, EST. One input reads those of one name or one zone');
    const beside = await proposed([`${HEADER},tz`, row('2026-01-05 00:00', ',CET'), row('2026-01-05 00:00', ',MEZ')]);
    expect(beside.questions[0]?.asks).toContain('They say CET, MEZ. One input reads');
  });

  it.each([
    ['2026-01-05 00:00:00', ['Asia/Tokyo', '+05:30'], 'yyyy-MM-dd HH:mm:ss VV'],
    ['2026-01-05T00:00', ['Asia/Tokyo', 'UTC'], "yyyy-MM-dd'T'HH:mm VV"],
    ['25.01.2026 00:00', ['+0100', '-0330'], 'dd.MM.yyyy HH:mm XX'],
  ])('join a time such as %s to a column of several zones', async (time, [one, other], format) => {
    const found = await proposed([`${HEADER},timezone`, row(time, `,${one ?? ''}`), row(time, `,${other ?? ''}`)]);
    const timestamp = { join: ['time', 'timezone'], separator: ' ', format };
    expect(found.input).toMatchObject({ source: { fields: { timestamp } } });
    expect(found.questions).toEqual([]);
    const given = { source: { fields: { timestamp: { zone: 'UTC' } } } };
    const answered = await proposed([`${HEADER},timezone`, row(time, `,${one ?? ''}`)], given);
    expect(answered.input).toMatchObject({ source: { fields: { timestamp: { column: 'time', zone: 'UTC' } } } });
  });

  it('ask which instant an hour means that occurs twice in one of several zones', async () => {
    const rows = ['Europe/Rome', 'Asia/Tokyo'].map((zone) => row('2026-01-05 00:00', `,${zone}`));
    expect(asked(await proposed([`${HEADER},timezone`, ...rows]), AMBIGUOUS)).toHaveLength(2);
    const named = ['CET', 'CEST'].map((zone) => row('2026-01-05 00:00', `,${zone}`));
    const found = await proposed([`${HEADER},timezone`, ...named]);
    expect(found.input).toMatchObject({
      source: { fields: { timestamp: { format: 'yyyy-MM-dd HH:mm z', zone: 'Europe/Berlin' } } },
    });
    expect(asked(found, AMBIGUOUS)).toBeUndefined();
  });

  it.each([
    ['days since 1900', '46027.5', 'write dates'],
    ['times since the start', '0.25', 'write dates'],
    ['no dates', 'Monday noon', 'dd.MM.yyyy HH:mm'],
    ['dates with other months than English ones', '5 fev 2026 13:00', 'months in English'],
  ])('ask for the format of times that are %s, which are no measurement', async (_, time, asks) => {
    const found = await proposed([HEADER, row(time)]);
    expect(found.input).toMatchObject({
      source: { fields: { timestamp: { column: 'time' } } },
      measurements: [{ name: 'temperature' }],
    });
    expect(found.input['measurements']).toHaveLength(1);
    const format = found.questions.find(({ setting }) => setting === 'source.fields.timestamp.format');
    expect(format).toMatchObject({ answers: [], asks: expect.stringContaining(asks) as string });
    const answered = await proposed([HEADER, row(time)], { source: { fields: { timestamp: { format: 's' } } } });
    expect(answered.input).toMatchObject({ source: { fields: { timestamp: { column: 'time', format: 's' } } } });
    expect(asked(answered, 'source.fields.timestamp.format')).toBeUndefined();
  });

  it('do not ask for the zone of times that say UTC', async () => {
    const found = await proposed(['time,sensor,temp_c', '25.01.2026 00:00 UTC,s1,20'], {});
    expect(found.questions).toEqual([]);
    expect(found.input).toMatchObject({ source: { fields: { timestamp: { zone: 'UTC' } } } });
  });
});

describe('a time in several columns', () => {
  it.each([
    ['0930', 'yyyyMMdd HHmm'],
    ['093015', 'yyyyMMdd HHmmss'],
  ])('is a date and digits such as %s', async (digits, format) => {
    const found = await proposed(['date,time,sensor,temp_c', `20260105,${digits},s1,20`]);
    const timestamp = { join: ['date', 'time'], separator: ' ', format, zone: 'UTC' };
    expect(found.input).toMatchObject({ source: { fields: { timestamp, temperature: 'temp_c' } } });
  });

  it('is read where a few times of day are broken', async () => {
    const rows = ['24:00', '23:00', '22:00', '21:00', '20:00'].map((clock) => `25.01.2026,${clock},s1,20`);
    const found = await proposed(['Datum,Zeit,sensor,temp_c', ...rows]);
    expect(found.input).toMatchObject({ source: { fields: { timestamp: { join: ['Datum', 'Zeit'] } } } });
  });

  it('is asked for where only the date is recognised, since all readings would be at midnight', async () => {
    const found = await proposed(['Data,Hora UTC,sensor,temp_c', '2026/01/25,0100 UTC,s1,20']);
    const answers = asked(found, 'source.fields.timestamp');
    expect(answers).toEqual([{ source: { fields: { timestamp: { column: 'Data' } } } }]);
    expect(
      asked(await proposed(['date,sensor,temp_c', '2026/01/25,s1,20']), 'source.fields.timestamp'),
    ).toBeUndefined();
  });

  it.each([
    [['day', 'hour'], '2026-01-05,17', 'yyyy-MM-dd H'],
    [['Datum', 'Stunde', 'Minuten'], '25.01.2026,17,5', 'dd.MM.yyyy H m'],
  ])('is a date and the numbers of %j', async (join, values, format) => {
    const found = await proposed([`${join.join(',')},sensor,temp_c`, `${values},s1,20`]);
    const timestamp = { join, separator: ' ', format, zone: 'UTC' };
    expect(found.input).toMatchObject({ source: { fields: { timestamp, temperature: 'temp_c' } } });
  });
});
