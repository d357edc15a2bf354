/**
 * `npm run bench -- search [--documents N] [--rounds N]`: our templates beside the mapping that Elasticsearch makes by
 * itself, over the same documents, on one server, in one run.
 *
 * Bytes are those of one merged segment. Every round asks every panel of each, in changing order and with the request
 * cache off, a quick one several times; the first rounds are thrown away, and an answer over another number of documents
 * ends the run.
 *
 * @module
 */
import { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { panelSearch } from '../../../kibana/model/panel-search';
import { panelsOf } from '../../../kibana/model/panels';
import { OwnStack } from '../../support/own-stack';
import { Contender } from './contender';
import { benchBatches, timeRange } from './documents';
import { ASKED, searchReport, type Asked, type PanelTimes } from './search-report';

const WARM_UP_ROUNDS = 3;
/** All together are asked for a panel for so long in a round: the p95 of a few quick answers is that of a few hiccups. */
const MIN_MS_A_ROUND = 300;
const INTERVAL = '1d';

/** @returns whether every target is met */
export async function searchBench(documents: number, rounds: number): Promise<boolean> {
  const stack = await OwnStack.start();
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
    process.stderr.write('merged, asking\n');
    const times = await askInRounds({ ...contenders, 'default again': contenders.default }, documents, rounds);
    const { text, met } = searchReport(sizes, times, rounds);
    process.stdout.write(text);
    return met;
  } finally {
    await elasticsearch.close();
    await stack.stop();
  }
}

async function askInRounds(
  contenders: Readonly<Record<Asked, Contender>>,
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
      for (let [askedMs, turn] = [0, round]; askedMs < MIN_MS_A_ROUND; turn++) {
        for (const place of ASKED.keys()) {
          const name = ASKED[(place + turn) % ASKED.length] ?? 'default';
          const answer = await contenders[name].ask(panel.source, search);
          hits.add(answer.hits);
          askedMs += answer.ms;
          if (round >= WARM_UP_ROUNDS) times[at]?.ms[name].push(answer.ms);
        }
      }
      if (hits.size !== 1 || hits.has(0)) throw new Error(`${panel.id} is about ${[...hits].join(' and ')} documents`);
    }
  }
  return times;
}
