import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../activities/contracts/search-attributes';
import { reasonOf } from './reason-of';

/** Of `IndexedValueType` in Temporal's API. */
const KEYWORD = 2;
const NAMES = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);

/**
 * Registers the search attributes of pipelines in a namespace that does not know them yet. Idempotent.
 *
 * @returns whether the namespace knows them now. If not, this has logged why once: in Temporal Cloud, and without the right,
 * an administrator registers them, each as a Keyword.
 */
export async function registerSearchAttributes(connection: NativeConnection, namespace: string): Promise<boolean> {
  const searchAttributes = Object.fromEntries(NAMES.map((name) => [name, KEYWORD]));
  const refusal = await connection.operatorService
    .addSearchAttributes({ namespace, searchAttributes })
    .then(() => null, reasonOf);
  const query = NAMES.map((name) => `${name} = ''`).join(' AND ');
  const unknown = await connection.workflowService
    .countWorkflowExecutions({ namespace, query })
    .then(() => null, reasonOf);
  if (unknown === null) return true;
  const missing = `the namespace ${namespace} has no search attributes ${NAMES.join(', ')} (${refusal ?? unknown})`;
  console.error(`${missing}: pipelines run without them; register them as Keyword and start the worker again`);
  return false;
}
