import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSample } from '../../../activities/inspection/file-sample';
import { proposal, type Proposal } from '../../../activities/inspection/proposal';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'odd-files-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function proposed(lines: readonly string[], name = 'odd.csv', end = '\n'): Promise<Proposal> {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}${end}`).join(''));
  return proposal(await fileSample(path, {}), {});
}

const [FIRST, SECOND] = ['2026-01-05T00:00:00Z', '2026-01-05T00:01:00Z'];
const HEADER = 'time,sensor,temp_c';
const PLACES = { deviceId: 'sensor', timestamp: { column: 'time' }, temperature: 'temp_c' };

describe('the inspection of an odd file', () => {
  it.each([
    [
      'cells in single quotes',
      [`${HEADER},note`, `'${FIRST}','s1','20','a, b'`, `'${SECOND}','s2','21','c'`],
      { quote: "'" },
    ],
    [
      'a line that names the delimiter',
      ['sep=;', 'time;sensor;temp_c', `${FIRST};s1;20`],
      { delimiter: ';', skipLines: 1 },
    ],
    ['a broken row below the names', [`${HEADER},a`, `${FIRST},s1,20,"b\\",c"`, `${SECOND},s1,20,d`], {}],
    ['a second header', [HEADER, `${FIRST},s1,20`, HEADER, `${SECOND},s1,21`], {}],
    ['a column of another time', [`${HEADER},received`, `${FIRST},s1,20,1767571201000`], {}],
  ])('recognises %s', async (_, lines, options) => {
    const { input } = await proposed(lines);
    expect(input).toMatchObject({ source: { ...options, fields: PLACES }, measurements: [{ name: 'temperature' }] });
    expect(input['measurements']).toHaveLength(1);
    expect(input['source']).not.toHaveProperty('header');
  });

  it('takes whole numbers under the name of a device for devices', async () => {
    const { input } = await proposed(['device,time,temp_c', `7,${FIRST},20`, `9,${SECOND},21`]);
    expect(input).toMatchObject({
      source: { fields: { deviceId: 'device' } },
      measurements: [{ name: 'temperature' }],
    });
  });

  it('proposes limits that enclose the values of an unknown measurement', async () => {
    const { input } = await proposed([`${HEADER},pulses`, `${FIRST},s1,20,7000000000000000`]);
    expect(input).toMatchObject({ measurements: [{ name: 'temperature' }, { name: 'pulses', max: 1e17 }] });
  });

  it('proposes the zone that a column names first', async () => {
    const found = await proposed([`${HEADER},timezone`, '2026-01-05 00:00:00,s1,20,Asia/Tokyo']);
    expect(found.input).toMatchObject({ source: { fields: { timestamp: { zone: 'Asia/Tokyo' } } } });
    expect(found.questions.map(({ setting }) => setting)).toEqual(['source.fields.timestamp.zone']);
  });

  it('reads a row for each value where some names have texts only', async () => {
    const rows = [
      `sensor.hall_humidity,40,${FIRST}`,
      `binary_sensor.door,on,${FIRST}`,
      `sensor.hall_humidity,ok,${SECOND}`,
    ];
    const { input } = await proposed(['entity_id,state,last_changed', ...rows]);
    expect(input).toMatchObject({
      source: { long: { name: 'entity_id', value: 'state' } },
      measurements: [{ name: 'humidity' }],
    });
  });

  it('does not ask for an hour that occurs twice where two rows have one time', async () => {
    const times = ['2026-01-05 00:00', '2026-01-05 00:00', '2026-01-05 00:10'];
    const { questions } = await proposed([HEADER, ...times.map((time, at) => `${time},s${at % 2},20`)]);
    expect(questions.map(({ setting }) => setting)).toEqual(['source.fields.timestamp.zone']);
  });

  it.each([
    ['signs between groups of digits', "1'234.5"],
    ['a unit behind the digits', '20 °C'],
    ['a minus sign that is no hyphen', '\u22125'],
  ])('says that %s are not read', async (what, cell) => {
    const { notes } = await proposed([HEADER, `${FIRST},s1,${cell}`]);
    expect(notes[0]).toContain(`The numbers in "temp_c" have ${what}`);
  });

  it.each([
    ['1.234,5', '"999,5"', ','],
    ['1.234', '"999,5"', ','],
    ['1,234.5', '999.5', '.'],
    ['1,234', '999.5', '.'],
    ['1\u202f234,5', '"999,5"', ','],
  ])('says that %s among numbers such as %s is not read', async (grouped, plain, decimal) => {
    const rows = [...Array<string>(5).fill(plain), `"${grouped}"`];
    const { input, notes, questions } = await proposed([HEADER, ...rows.map((cell) => `${FIRST},s1,${cell}`)]);
    expect(notes).toEqual([expect.stringContaining('Some numbers in "temp_c" have signs between groups') as string]);
    expect(questions.map(({ setting }) => setting)).not.toContain('source.numbers.decimal');
    expect(input['source']).toMatchObject(decimal === ',' ? { numbers: { decimal } } : {});
    expect(JSON.stringify(input)).toContain(decimal === ',' ? '"decimal":","' : '"temperature"');
  });

  it('takes the point for no decimal sign where one number has a comma for it', async () => {
    const cells = ['1.234', '2.345', '3.456', '"999,5"'];
    const { input } = await proposed([HEADER, ...cells.map((cell) => `${FIRST},s1,${cell}`)]);
    expect(input).toMatchObject({ source: { numbers: { decimal: ',' } } });
  });

  it.each([
    ['speed_kmh', 'speed', 'km/h'],
    ['vehicle_speed_mph', 'speed', 'mph'],
    ['wind_kmh', 'windSpeed', 'km/h'],
    ['Windgeschwindigkeit [km/h]', 'windSpeed', 'km/h'],
  ])('takes the speed "%s" for one of the wind only if the name says so', async (column, name, unit) => {
    const { input } = await proposed([`time,sensor,${column}`, `${FIRST},s1,20`]);
    expect(input).toMatchObject({ source: { fields: { [name]: { column, unit } } }, measurements: [{ name }] });
  });

  it.each([
    ['Energie [Wh]', 'energie', 'Wh'],
    ['Current (mA)', 'current', 'mA'],
    ['Humidity (g/m³)', 'humidity', 'g/m³'],
    ['battery_mv', 'batteryMv', '1'],
  ])('takes the values of "%s" for no other unit than its own', async (column, name, unit) => {
    const { input } = await proposed([`time,sensor,${column}`, `${FIRST},s1,20`]);
    expect(input['measurements']).toEqual([expect.objectContaining({ name, unit }) as object]);
    expect(input).toMatchObject({ source: { fields: { [name]: column } } });
  });

  it('takes the values of a name for no other unit than that in the column beside them', async () => {
    const { input } = await proposed(['time,sensor,quantity,value,unit', `${FIRST},s1,energy,500,Wh`]);
    expect(input['measurements']).toEqual([expect.objectContaining({ name: 'energy', unit: 'Wh' }) as object]);
  });

  it.each(['"1.234,5"', '40%', '\u22125'])(
    'takes a column of a quantity with values such as %s for no device',
    async (cell) => {
      const { input } = await proposed(['time,Temperatur,Raum', `${FIRST},${cell},Bad`, `${SECOND},${cell},Bad`]);
      expect(input).toMatchObject({ source: { fields: { deviceId: 'Raum' } } });
    },
  );

  it('says of a quantity with many texts which setting names those for no value', async () => {
    const cells = ['20', '--', '21', '--'];
    const { notes } = await proposed([HEADER, ...cells.map((cell) => `${FIRST},s1,${cell}`)]);
    expect(notes[0]).toContain('"temp_c" is called like a measurement');
    expect(notes[0]).toContain('source.numbers.absent');
  });

  it('says which setting divides rows of one cell', async () => {
    const { notes } = await proposed(['time^sensor^temp_c', `${FIRST}^s1^20`]);
    expect(notes[0]).toContain('set source.delimiter');
  });

  it('refuses lines that end with a carriage return alone, and says what converts them', async () => {
    const refused = proposed([HEADER, `${FIRST},s1,20`], 'return.csv', '\r');
    await expect(refused).rejects.toThrow("tr '\\r' '\\n'");
  });
});
