/**
 * `npm run bench -- search [--documents N] [--rounds N]`: compares this project's index templates with Elasticsearch's
 * dynamic mapping, over the same documents, on one server, in one run.
 *
 * Sizes are those of one merged segment. Every round sends the search of every panel to each design, in rotating order and
 * without the request cache, fast searches several times; the first rounds are discarded, and different document counts
 * end the run with an error.
 *
 * @module
 */
import { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { panelSearch } from '../../../kibana/model/panel-search';
import { panelsOf } from '../../../kibana/model/panels';
import { IsolatedStack } from '../../support/isolated-stack';
import { Contender } from './contender';
import { benchBatches, timeRange } from './documents';
import { SEARCHED, searchReport, type Searched, type PanelTimes } from './search-report';

const WARM_UP_ROUNDS = 3;
/** Least time per panel and round, for all designs together: the p95 of a few fast searches would only show outliers. */
const MIN_MS_PER_ROUND = 300;
const INTERVAL = '1d';

/** @returns whether every target is met */
export async function searchBench(documents: number, rounds: number): Promise<boolean> {
  const stack = await IsolatedStack.start();
  const elasticsearch = new Client({ node: stack.elasticsearchNode });
  try {
    const contenders = {
      'by month': await Contender.ours(elasticsearch, 'by month'),
      'one index': await Contender.ours(elasticsearch, 'one index'),
      default: await Contender.byDefault(elasticsearch),
    };
    for (const batch of benchBatches(documents)) {
      for (const contender of Object.values(contenders)) await contender.write(batch);
    }
    process.stderr.write(`${documents} readings written, merging\n`);
    for (const contender of Object.values(contenders)) await contender.merge();
    const sizes = {
      'by month': await contenders['by month'].size('readings'),
      'one index': await contenders['one index'].size('readings'),
      default: await contenders.default.size('readings'),
    };
    process.stderr.write('merged, searching\n');
    const times = await searchInRounds({ ...contenders, 'default again': contenders.default }, documents, rounds);
    const { text, met } = searchReport(sizes, times, rounds);
    process.stdout.write(text);
    return met;
  } finally {
    await elasticsearch.close();
    await stack.stop();
  }
}

async function searchInRounds(
  contenders: Readonly<Record<Searched, Contender>>,
  documents: number,
  rounds: number,
): Promise<readonly PanelTimes[]> {
  const panels = panelsOf(DEFAULT_MEASUREMENTS);
  const filters = { ...timeRange(documents), interval: INTERVAL };
  const times = panels.map(({ id: panel }): PanelTimes => {
    return { panel, ms: { 'by month': [], 'one index': [], default: [], 'default again': [] } };
  });
  for (let round = 0; round < rounds + WARM_UP_ROUNDS; round++) {
    for (const [at, panel] of panels.entries()) {
      const search = panelSearch(panel, filters);
      const hits = new Set<number>();
      for (let [elapsedMs, turn] = [0, round]; elapsedMs < MIN_MS_PER_ROUND; turn++) {
        for (const position of SEARCHED.keys()) {
          const name = SEARCHED[(position + turn) % SEARCHED.length] ?? 'default';
          const result = await contenders[name].search(panel.source, search);
          hits.add(result.hits);
          elapsedMs += result.ms;
          if (round >= WARM_UP_ROUNDS) times[at]?.ms[name].push(result.ms);
        }
      }
      if (hits.size !== 1 || hits.has(0)) throw new Error(`${panel.id} matches ${[...hits].join(' and ')} documents`);
    }
  }
  return times;
}
