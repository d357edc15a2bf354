/**
 * `npm run bench -- NAME`: runs one of the benches, which their files describe.
 *
 * Only ratios within one run are comparable, not the figures of different runs.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { filesBench } from './files/files-bench';
import { enterTestEnvironment } from '../support/environment';
import { searchBench } from './search/search-bench';
import { liveBench } from './live/live-bench';
import { indexingBench } from './indexing/indexing-bench';
import { sparkBench } from './spark/spark-bench';

async function main(): Promise<void> {
  enterTestEnvironment();
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      documents: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string' },
      against: { type: 'string' },
      readings: { type: 'string' },
      rows: { type: 'string' },
      minutes: { type: 'string' },
      silence: { type: 'string' },
      rate: { type: 'string' },
    },
  });
  const [bench = 'none'] = positionals;
  const number = (name: Exclude<keyof typeof values, 'only' | 'against'>, byDefault: number): number =>
    Number(values[name] ?? byDefault);
  const commits = [...(values.against === undefined ? [] : [values.against]), 'HEAD'];
  switch (bench) {
    case 'search':
      if (!(await searchBench(number('documents', 1_000_000), number('rounds', 40)))) process.exitCode = 1;
      break;
    case 'indexing':
      await indexingBench(values.only?.split(','), number('documents', 200_000), number('rounds', 3));
      break;
    case 'spark':
      await sparkBench(commits, number('readings', 1_000_000));
      break;
    case 'live':
      await liveBench(commits, {
        minutes: number('minutes', 5),
        silentMinutes: number('silence', 2),
        ratePerSecond: number('rate', 1_000),
      });
      break;
    case 'files':
      await filesBench(commits, number('rows', 1_000_000), number('rounds', 3));
      break;
    default:
      throw new Error(`expected a bench (files, indexing, live, search, spark), got ${bench}`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
