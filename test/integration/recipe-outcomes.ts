import { aliasesOf } from '../../activities/contracts/pipeline-names';
import type { RunReport } from '../../activities/contracts/report';
import type { PipelineDriver } from '../support/pipeline-driver';

/** What the rows of an example became: its proof, and fields of each reading in their order of time. */
async function outcomeOf(
  driver: PipelineDriver,
  name: string,
): Promise<{ proof: RunReport['proof']; readings: readonly unknown[] }> {
  const { proof } = (await driver.temporal.workflow.getHandle(`pipeline/${name}`).result()) as RunReport;
  const index = aliasesOf(name).readings;
  const { hits } = await driver.elasticsearch.search<Record<string, unknown>>({
    ...{ index, size: 100, sort: [{ timestamp: 'asc' }, { deviceId: 'asc' }] },
  });
  const readings = hits.hits.map(({ _source: { deviceId, timestamp, temperature, humidity } = {} }) =>
    [deviceId, timestamp, temperature, humidity].filter((field) => field !== undefined),
  );
  return { proof, readings };
}

/** The hour from 2 to 3 does not exist on that day, and -999 stands for no value. */
export async function expectExport(driver: PipelineDriver): Promise<void> {
  const { proof, readings } = await outcomeOf(driver, 'cellar');
  expect(proof).toMatchObject({ reconciled: true, planned: 7, indexed: 5, absent: 1, deadLetters: 1, windows: 3 });
  expect(proof.deadLettersByReason).toEqual({ 'parse:BadTimestamp': 1 });
  expect(readings).toEqual([
    ['Dach', '2026-03-29T00:00:00.000000Z', 9.5],
    ['Keller', '2026-03-29T00:00:00.000000Z', 18, 50.5],
    ['Dach', '2026-03-29T00:30:00.000000Z', 9, 71.5],
    ['Keller', '2026-03-29T00:30:00.000000Z', 18.4, 50],
    ['Keller', '2026-03-29T01:00:00.000000Z', 18.1, 51],
  ]);
}

/** A name that is no measurement, and a value that is unavailable or unknown, are no errors. */
export async function expectLongFormat(driver: PipelineDriver): Promise<void> {
  const { proof, readings } = await outcomeOf(driver, 'home');
  expect(proof).toMatchObject({ reconciled: true, planned: 7, indexed: 4, absent: 3, deadLetters: 0, windows: 4 });
  expect(readings).toEqual([
    ['sensor.living_temperature', '2026-01-05T00:00:00.123000Z', 21.5],
    ['sensor.bath_humidity', '2026-01-05T00:00:10.000000Z', 61],
    ['sensor.bedroom_temperature', '2026-01-05T01:00:05.500000Z', 18.25],
    ['sensor.living_temperature', '2026-01-05T02:00:00.123000Z', 21.7],
  ]);
}
