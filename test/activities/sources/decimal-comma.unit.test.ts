import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileFacts } from '../../../activities/sources/file/file-identity';
import { activitiesWith, NO_EARLIER_RUNS } from '../../support/activities';
import { activityEnvironment } from './activity-environment';
import { RecordingKafka } from './recording-kafka';
import { sourcePlan } from './source-plan';

describe('a CSV with a decimal comma', () => {
  it('becomes records with the text of its numbers, in which a point is no decimal sign', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'decimal-comma-'));
    const path = join(folder, 'data.csv');
    await writeFile(
      path,
      'timestamp,deviceId,temperature,humidity\n2026-01-05T00:00:00Z,a,"1.018,5",1.018\n2026-01-05T00:01:00Z,a,18,\n',
    );
    const fields = { temperature: { column: 'temperature', decimal: '.' } };
    const source = { kind: 'file', path, format: 'csv', fields, numbers: { decimal: ',' } };
    const plan = sourcePlan({ source });
    const kafka = new RecordingKafka();
    const { inspectFile, publishFileRange } = activitiesWith({ kafka, elasticsearch: NO_EARLIER_RUNS });
    const facts: FileFacts = await activityEnvironment().run(inspectFile, { plan });
    const range = { plan, facts, byteFrom: 0, rowFrom: 0, maxRecords: 10 };
    await activityEnvironment().run(publishFileRange, range);
    expect(kafka.values('sources.raw').map((value) => JSON.parse(value) as unknown)).toEqual([
      { timestamp: '2026-01-05T00:00:00Z', deviceId: 'a', temperature: '1.018,5', humidity: '1.018' },
      { timestamp: '2026-01-05T00:01:00Z', deviceId: 'a', temperature: 18 },
    ]);
    await rm(folder, { recursive: true });
  });
});
