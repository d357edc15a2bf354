import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLogLines } from '../../../activities/spark/log-tail';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-tail-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function tailOf(...lines: readonly string[]): Promise<string[]> {
  const log = join(folder, 'driver.log');
  await writeFile(log, lines.join('\n'));
  return await lastLogLines(log);
}

describe('the tail of a driver log', () => {
  it('is empty if there is no log', async () => {
    expect(await lastLogLines(join(folder, 'none'))).toEqual([]);
  });

  it('keeps warnings, errors and causes in their order, without progress and stack frames', async () => {
    const lines = await tailOf(
      '26/11/22 22:00:00 INFO SparkContext: Running Spark',
      '26/11/22 22:00:01 WARN KafkaDataConsumer: slow',
      'java.lang.OutOfMemoryError: Java heap space',
      '\tat org.apache.spark.Executor.run(Executor.scala:1)',
      'Caused by: java.io.IOException: disk full',
    );
    expect(lines).toEqual([
      '26/11/22 22:00:01 WARN KafkaDataConsumer: slow',
      'java.lang.OutOfMemoryError: Java heap space',
      'Caused by: java.io.IOException: disk full',
    ]);
  });

  it('leaves out what a message quotes, since that may be a value of a record', async () => {
    const lines = await tailOf(
      `ERROR [CAST_INVALID_INPUT] The value 'secret-1' of the type "STRING" cannot be cast`,
      'ERROR writing {"deviceId":"secret-2"} failed',
      'ERROR while writing record: secret-3',
    );
    expect(lines.join('\n')).not.toMatch(/secret/);
    expect(lines[0]).toContain('CAST_INVALID_INPUT');
  });

  it('contains at most 2 KB, the last lines', async () => {
    const lines = await tailOf(...Array.from({ length: 9_000 }, (_, n) => `ERROR number ${n} ${'x'.repeat(n % 400)}`));
    expect(Buffer.byteLength(lines.join('\n'))).toBeLessThanOrEqual(2_000);
    expect(lines.at(-1)).toContain('number 8999');
  });
});
