import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileFacts } from '../../../activities/sources/file/file-identity';
import { activitiesWith, NO_EARLIER_RUNS } from '../../support/activities';
import { activityEnvironment } from './activity-environment';
import { RecordingKafka } from './recording-kafka';
import { sourcePlan } from './source-plan';

const PARTS = {
  fields: {
    deviceId: { constant: 'street' },
    timestamp: { join: ['Date', 'Time'], format: 'dd/MM/yyyy HH.mm.ss', zone: 'Europe/Rome' },
    temperature: 'T',
  },
};
const LONG = {
  long: { name: 'entity_id', value: 'state' },
  fields: { deviceId: 'entity_id', timestamp: 'at', humidity: { decimal: ',' } },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'field-places-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Key and value of each record that a CSV becomes. */
async function published(content: string, source: object): Promise<unknown[]> {
  const path = join(folder, 'data.csv');
  await writeFile(path, content);
  const plan = sourcePlan({ source: { kind: 'file', path, format: 'csv', ...source } });
  const kafka = new RecordingKafka();
  const { inspectFile, publishFileRange } = activitiesWith({ kafka, elasticsearch: NO_EARLIER_RUNS });
  const facts: FileFacts = await activityEnvironment().run(inspectFile, { plan });
  await activityEnvironment().run(publishFileRange, { plan, facts, byteFrom: 0, rowFrom: 0, maxRecords: 10 });
  return kafka.records('sources.raw').map(({ key, value }) => [key, JSON.parse(String(value)) as unknown]);
}

describe('a CSV whose fields are not a column each', () => {
  it('is published without a key if the device is a constant', async () => {
    expect(await published('Date,Time,T\n10/03/2004,18.00.00,13.6\n', PARTS)).toEqual([
      [null, { Date: '10/03/2004', Time: '18.00.00', T: 13.6 }],
    ]);
  });

  it('is refused if a column is missing that is a part of a field', async () => {
    await expect(published('Date,T\n10/03/2004,13.6\n', PARTS)).rejects.toThrow(
      'Expected the columns "Time"; there are "Date", "T".',
    );
  });

  it('keeps the text of values in long format that some measurement has with a decimal comma', async () => {
    expect(await published('entity_id,state,at\ntemperature,1.018,2026-01-05T00:00:00Z\n', LONG)).toEqual([
      ['temperature', { entity_id: 'temperature', state: '1.018', at: '2026-01-05T00:00:00Z' }],
    ]);
  });

  it('is refused if the columns of names and values are missing', async () => {
    await expect(published('entity,value,at\nt,1,2026-01-05T00:00:00Z\n', LONG)).rejects.toThrow(
      'Expected the columns "entity_id", "state"; there are "entity", "value", "at".',
    );
  });
});
