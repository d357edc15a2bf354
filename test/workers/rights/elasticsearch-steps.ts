import type { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS, type Measurement } from '../../../activities/contracts/measurement';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import type { RunReport } from '../../../activities/contracts/report';
import { scanIndex } from '../../../activities/elasticsearch/scan-index';
import { awaitDocuments } from '../../../activities/indexing/await-documents';
import { toBulkItem, type BulkItem } from '../../../activities/indexing/bulk-item';
import { MonthRouter } from '../../../activities/indexing/month-router';
import { findDocuments, updateDeadLetters } from '../../../activities/indexing/redrive/documents';
import { sendBulk } from '../../../activities/indexing/send-bulk';
import type { IncomingRecord } from '../../../activities/kafka';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { timeSharedWithOthers } from '../../../activities/recomputation/shared-windows';
import { deadLetterSummary } from '../../../activities/reconciliation/dead-letter-summary';
import { findRun, storeReport } from '../../../activities/reconciliation/run-reports';
import { dropMonths } from '../../../activities/retention/drop-months';
import { expireMonths } from '../../../activities/retention/expire-months';

/** The privileges of a worker, and of one that drops months; `cluster` and `index` tell those of one name apart. */
export type Privilege =
  | 'cluster monitor'
  | 'cluster manage_index_templates'
  | 'index create_index'
  | 'index view_index_metadata'
  | 'index indices:admin/aliases'
  | 'index index'
  | 'index read'
  | 'index maintenance'
  | 'index monitor'
  | 'index delete_index';

/** What a worker does in Elasticsearch, for one pipeline. */
export interface ElasticsearchStep {
  readonly name: string;
  /** Without any one of them it fails; without any other privilege it succeeds. */
  readonly needs: readonly Privilege[];
  readonly run: (client: Client, pipeline: string) => Promise<unknown>;
}

const MONTHS = { by: 'month', from: '2026-01', to: '2026-12' } as const;
const PRESSURE: Measurement = { name: 'pressure', unit: 'hPa', min: 800, max: 1_100 };
const RUN = 'first';
const signal = new AbortController().signal;
const [MONITOR, TEMPLATES] = ['cluster monitor', 'cluster manage_index_templates'] as const;
const [CREATE, VIEW, ALIASES] = [
  'index create_index',
  'index view_index_metadata',
  'index indices:admin/aliases',
] as const;
const [INDEX, READ, REFRESH] = ['index index', 'index read', 'index maintenance'] as const;

/** In this order; each prepares with all rights, through `allowed`, what a step before it did not do. */
export function elasticsearchSteps(allowed: Client): readonly ElasticsearchStep[] {
  const prepare = (
    client: Client,
    name: string,
    more: readonly Measurement[] = [],
    index: typeof MONTHS | null = null,
  ) => prepareIndices(client, { aliases: aliasesOf(name), measurements: [...DEFAULT_MEASUREMENTS, ...more], index });
  const indexed = async (client: Client, name: string): Promise<void> => {
    const { readings: alias } = aliasesOf(name);
    await sendBulk({ ...bulkTarget(client, alias), items: [itemOf(name, 'one')] });
  };
  const expired = (client: Client, name: string) =>
    expireMonths(client, { input: { name, keepMonths: 1 }, at: '2027-01-01T00:00:00Z' });
  return [
    {
      name: 'asks for the health of the cluster',
      needs: [MONITOR],
      run: (client) => client.cluster.health({ wait_for_status: 'yellow', timeout: '1s' }),
    },
    {
      name: 'prepares the indices of a new pipeline',
      needs: [TEMPLATES, CREATE, VIEW, ALIASES, READ],
      run: (client, name) => prepare(client, name),
    },
    {
      name: 'prepares them again',
      needs: [TEMPLATES, READ],
      run: async (client, name) => {
        await prepare(allowed, name);
        await prepare(client, name);
      },
    },
    {
      name: 'moves aliases to indices with more fields',
      needs: [TEMPLATES, CREATE, VIEW, ALIASES, READ],
      run: (client, name) => prepare(client, name, [PRESSURE]),
    },
    { name: 'indexes documents', needs: [INDEX], run: indexed },
    {
      name: 'waits for documents of another writer',
      needs: [REFRESH, READ],
      run: async (client, name) => {
        await indexed(allowed, name);
        return awaitDocuments({ ...bulkTarget(client, aliasesOf(name).readings), items: [itemOf(name, 'one')] });
      },
    },
    {
      name: 'finds the documents of dead letters',
      needs: [READ],
      run: (client, name) =>
        findDocuments({ ...bulkTarget(client, aliasesOf(name).readings), byMonth: false }, ['one']),
    },
    {
      name: 'updates the documents of dead letters',
      needs: [INDEX],
      run: async (client, name) => {
        const { readings: alias } = aliasesOf(name);
        const found = await findDocuments({ ...bulkTarget(allowed, alias), byMonth: false }, ['one']);
        const document = found.get('one');
        if (document === undefined) throw new Error('expected a document');
        const content = { id: 'one' } as never;
        const update = { deadLetter: { record: recordOf('one'), content }, document, provenance: { redrive: 1 } };
        await updateDeadLetters(bulkTarget(client, alias), [update]);
      },
    },
    {
      name: 'proves a run',
      needs: [REFRESH, READ],
      run: async (client, name) => {
        const request = { index: aliasesOf(name).readings, query: { match_all: {} }, signal };
        const pages: unknown[] = [];
        for await (const page of scanIndex(client, request)) pages.push(...page);
        if (pages.length !== 1) throw new Error(`expected one document, got ${pages.length}`);
      },
    },
    {
      name: 'looks for windows of several runs',
      needs: [REFRESH, READ],
      run: (client, name) =>
        timeSharedWithOthers(client, { index: aliasesOf(name).readings, run: RUN, windowMs: 60_000, signal }),
    },
    {
      name: 'stores a report',
      needs: [TEMPLATES, CREATE, INDEX],
      run: (client, name) => storeReport(client, { report: reportOf(name) }),
    },
    {
      name: 'finds a report',
      needs: [READ],
      run: async (client, name) => {
        await storeReport(allowed, { report: reportOf(name) });
        await findRun(client, { input: { name } }).catch((error: unknown) => {
          if (!String(error).includes('cannot be read')) throw error;
        });
      },
    },
    {
      name: 'counts dead letters',
      needs: [READ],
      run: (client, name) => deadLetterSummary(client, { alias: aliasesOf(name).deadLetters, run: RUN }),
    },
    {
      name: 'moves aliases to the indices of months',
      needs: [TEMPLATES, ALIASES, INDEX, READ, CREATE],
      run: (client, name) => prepare(client, name, [], MONTHS),
    },
    {
      name: 'creates the index of a month',
      needs: [CREATE, ALIASES, READ],
      run: async (client, name) => {
        await prepare(allowed, name, [], MONTHS);
        await openMonth(client, name, '2026-03');
      },
    },
    {
      name: 'adds fields to the index of a month',
      needs: [TEMPLATES, VIEW, INDEX, READ],
      run: async (client, name) => {
        await openMonth(allowed, name, '2026-03');
        await prepare(client, name, [PRESSURE], MONTHS);
      },
    },
    { name: 'gives up months', needs: [READ, INDEX, 'index monitor'], run: expired },
    {
      name: 'drops months',
      needs: ['index delete_index', INDEX, READ],
      run: async (client, name) => dropMonths(client, { run: RUN, ...(await expired(allowed, name)) }),
    },
  ];
}

function bulkTarget(elasticsearch: Client, alias: string) {
  const pause = (): Promise<never> => Promise.reject(new Error('expected an answer to the first request'));
  return { elasticsearch, alias, signal, pause };
}

function recordOf(id: string): IncomingRecord {
  const value = Buffer.from(JSON.stringify({ id, deviceId: 'd', timestamp: '2026-03-01T00:00:00Z' }));
  const headers = { 'event-id': Buffer.from(id), 'pipeline-run': Buffer.from(RUN) };
  return { partition: 0, offset: '0', timestamp: '1', key: null, value, headers };
}

function itemOf(pipeline: string, id: string): BulkItem {
  const item = toBulkItem(recordOf(id), { pipeline, indexedAt: 1 });
  if ('reason' in item) throw new Error(item.reason);
  return item;
}

async function openMonth(client: Client, pipeline: string, month: string): Promise<void> {
  const { readings: alias } = aliasesOf(pipeline);
  const router = await MonthRouter.create(client, pipeline, alias);
  await router.ensureIndices([{ ...itemOf(pipeline, 'one'), month }]);
}

function reportOf(name: string): RunReport {
  return { name, run: RUN, startedAt: '2026-03-01T00:00:00Z', aliases: aliasesOf(name) } as unknown as RunReport;
}
