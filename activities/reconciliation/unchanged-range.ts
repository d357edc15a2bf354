import type { RangeRequest } from '../contracts/proof-range';
import type { IndexedRange } from '../contracts/report';
import { readRetention } from '../elasticsearch/retention';
import { CollectionCheckpoint, NO_FACTS } from './collection-checkpoint';
import { collectIndexed } from './collect-facts';
import { withSteps } from './proof-steps';
import type { ReconciliationDependencies } from './reconcile-run';
import { RecordFacts } from './record-facts';

const NOWHERE = { append: () => undefined };

/**
 * Whether the index has of a range what it had when that was reconciled: the same documents with the same contents, and as
 * many readings in its windows. Kafka does not change its records, so the verdict is then the same.
 *
 * Of a range with an id whose document comes from outside of it, that is never said.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects a request
 */
export async function isUnchanged(
  { elasticsearch }: Pick<ReconciliationDependencies, 'elasticsearch'>,
  request: RangeRequest,
  { checksum, windows }: IndexedRange,
): Promise<boolean> {
  return await withSteps(async (steps) => {
    const checkpoint = CollectionCheckpoint.unsaved();
    const retention = await readRetention(elasticsearch, request.aliases.runs);
    const facts = new RecordFacts(request, retention !== null, undefined, undefined, { ...NO_FACTS, windows });
    const collection = { elasticsearch, request, checkpoint, readings: NOWHERE, windows: NOWHERE, ...steps };
    await collectIndexed(collection, facts, request.range);
    const { expiredBefore = null, droppedBefore = null } = retention ?? {};
    checkpoint.indexed.add({ expiredBefore, droppedBefore });
    return checkpoint.indexed.text === checksum;
  });
}
