import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../../activities/contracts/json-object';
import { fileSample } from '../../../activities/inspection/file-sample';
import { proposal, type Proposal } from '../../../activities/inspection/proposal';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'questions-'));
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

const DEVICE = 'source.fields.deviceId';
const UNIT = 'source.fields.temperature.unit';

describe('the questions of an inspection', () => {
  it('ask whether several sensors of one device are devices, and propose that they are', async () => {
    const rows = [
      'time,host,metric,value',
      '2026-01-05T00:00:00Z,h1,kitchen_temperature,20',
      '2026-01-05T00:00:00Z,h1,hall_temperature,9',
    ];
    const found = await proposed(rows);
    const own = { join: ['host', 'metric'] };
    expect(asked(found, DEVICE)).toEqual([own, 'host'].map((deviceId) => ({ source: { fields: { deviceId } } })));
    expect(found.input).toMatchObject({
      source: { fields: { deviceId: own, temperature: { names: ['*_temperature'] } } },
    });
    const other = rows.map((row) => row.replace('hall_temperature', 'hall_humidity'));
    expect(asked(await proposed(other), DEVICE)).toBeUndefined();
    const answered = await proposed(rows, { source: { fields: { deviceId: 'host' } } });
    expect(asked(answered, DEVICE)).toBeUndefined();
  });

  it('ask whether two columns name a device together, if one alone has several rows of a time', async () => {
    const rows = (names: string, ...cells: string[]): string[] => [
      `time,${names},temp_c`,
      ...[0, 1, 2].flatMap((minute) => cells.map((pair, at) => `2026-01-05T00:0${minute}:00Z,${pair},2${at}`)),
    ];
    const both = await proposed(rows('station,sensor', 'north,s1', 'north,s2', 'south,s1', 'south,s2'));
    const join = ['station', 'sensor'];
    const answers = [{ join }, 'sensor'].map((deviceId) => ({ source: { fields: { deviceId } } }));
    expect(asked(both, DEVICE)).toEqual(answers);
    expect(both.input).toMatchObject({ source: { fields: { deviceId: { join } } } });
    const numbered = await proposed(rows('device,channel', 'plc1,1', 'plc1,2'));
    expect(asked(numbered, DEVICE)).toContainEqual({ source: { fields: { deviceId: 'channel' } } });
    expect(numbered.input).toMatchObject({ source: { fields: { deviceId: { join: ['device', 'channel'] } } } });
    const alone = await proposed(rows('station,sensor', 'north,s1', 'north,s2', 'south,s3', 'south,s4'));
    expect(asked(alone, DEVICE)).toBeUndefined();
    const incomplete = await proposed(rows('station,sensor', 'north,s1', 'north,s2', ',s1', 'south,s2'));
    expect(asked(incomplete, DEVICE)).toBeUndefined();
  });

  it('join no more than the parts of a device with the name of a measurement', async () => {
    const found = await proposed([
      'time,station,sensor,metric,value',
      ...['north', 'south'].flatMap((station) =>
        ['s1', 's2'].flatMap((sensor) =>
          ['hall', 'roof'].map((place) => `2026-01-05T00:00:00Z,${station},${sensor},${place}_temperature,20`),
        ),
      ),
    ]);
    const join = ['station', 'sensor', 'metric'];
    expect(found.input).toMatchObject({ source: { fields: { deviceId: { join } } } });
  });

  it('take the unit from a column that holds it, and ask if it has several', async () => {
    const rows = [
      'time,sensor,quantity,value,unit',
      '2026-01-05T00:00:00Z,s1,temperature,68,°F',
      '2026-01-05T00:00:00Z,s1,fan,900,rpm',
    ];
    const found = await proposed(rows);
    expect(found.questions).toEqual([]);
    expect(found.input).toMatchObject({
      source: { fields: { temperature: { unit: '°F' } } },
      measurements: [{ name: 'temperature' }, { name: 'fan', unit: 'rpm' }],
    });
    const both = await proposed([...rows, '2026-01-05T00:01:00Z,s1,temperature,20,°C']);
    expect(asked(both, UNIT)).toEqual(['°F', '°C'].map((unit) => ({ source: { fields: { temperature: { unit } } } })));
    const wide = await proposed(['time,sensor,temp,temp_unit,rh', '2026-01-05T00:00:00Z,s1,68,Fahrenheit,50']);
    expect(wide.input).toMatchObject({ source: { fields: { temperature: { column: 'temp', unit: '°F' } } } });
  });

  it('propose an id of two columns, of which none alone is unique', async () => {
    const rows = [
      'time,sensor,seq,temp_c',
      ...[0, 1, 2, 3].map((row) => `2026-01-05T00:0${row}:00Z,s${row % 2},${row >> 1},20`),
    ];
    const found = await proposed(rows);
    const join = ['sensor', 'seq'];
    expect(asked(found, 'source.fields.eventId')).toEqual([{ source: { fields: { eventId: { join } } } }]);
    expect(found.input).toMatchObject({ source: { fields: { eventId: { join } } } });
    const unique = await proposed(rows.map((row, at) => row.replace(/,\d,20/, `,${at},20`)));
    expect(asked(unique, 'source.fields.eventId')).toBeUndefined();
    const chosen = await proposed(rows, { source: { fields: { eventId: 'seq' } } });
    expect(chosen.notes).toEqual([expect.stringContaining('"seq" is not unique in the sample') as string]);
  });
});

describe('the answers to an inspection', () => {
  it('that name marks of absence show what is in the columns', async () => {
    const rows = [
      'time,sensor,level',
      ...['closed', 'closed', '7.5', 'closed'].map((level, at) => `2026-01-05T00:0${at}:00Z,s1,${level}`),
    ];
    expect((await proposed(rows)).notes).toEqual([expect.stringContaining('looks like a measurement') as string]);
    const answered = await proposed(rows, { source: { numbers: { absent: ['Closed'] } } });
    expect(answered.notes).toEqual([]);
    expect(answered.input).toMatchObject({ measurements: [{ name: 'level' }] });
  });

  it('that name measurements leave no note that there are none', async () => {
    const measurements = [{ name: 'level', unit: 'm', min: 0, max: 9 }];
    const rows = ['time,sensor,level', '2026-01-05T00:00:00Z,s1,half full'];
    expect((await proposed(rows, { measurements })).notes).toEqual([]);
  });
});

describe('the header that an inspection finds', () => {
  const local = ['2026-01-05T00:00:00Z;s1;20.5', '2026-01-05T00:01:00Z;s1;20.6'];

  it.each<[string, string[], object]>([
    ['whose cells occur below again', ['s-a;kitchen;20,5 C', 's-b;kitchen;20,6 C', 's-c;hall;20,7 C'], {}],
    ['whose cells are written as those below', ['sensor-17;12. Jan 2026;21.5 C', 'sensor-18;13. Jan 2026;21.6 C'], {}],
    ['after lines that the input skips', ['Plot', ...local], { source: { skipLines: 1 } }],
    ['below a comment with values', ['#2026-01-05T00:00:00Z;s0;20.5', ...local], {}],
  ])('is no first row %s', async (_, rows, given) => {
    const found = await proposed(rows, given);
    expect(found.input).toMatchObject({ source: { header: ['column1', 'column2', 'column3'] } });
    expect(JSON.stringify([found.input, found.questions])).not.toMatch(/kitchen|sensor-17|2026|20[.,]5/);
  });

  it.each([
    ['one cell more', '2026-01-05T00:00:00Z,s1,20,hot, dry'],
    ['one cell less', '2026-01-05T00:00:00Z,s1,20'],
  ])('is above a broken first row with %s, which is not skipped', async (_, broken) => {
    const rows = [1, 2, 3].map((minute) => `2026-01-05T00:0${minute}:00Z,s1,20,ok`);
    const found = await proposed(['time,sensor,temp_c,state', broken, ...rows]);
    expect(found.input['source']).toMatchObject({ fields: { temperature: 'temp_c' } });
    expect(found.input['source']).not.toHaveProperty('skipLines');
    expect(found.input['source']).not.toHaveProperty('rowNames');
  });

  it('is the first row of a file that has it again', async () => {
    const header = 'time,sensor,temp_c';
    const rows = Array.from({ length: 9 }, (_none, minute) => `2026-01-05T00:0${minute}:00Z,s1,20`);
    const found = await proposed([header, ...rows, header, ...rows]);
    expect(found.input['source']).toMatchObject({ fields: { temperature: 'temp_c' } });
    expect(found.input['source']).not.toHaveProperty('header');
  });
});
