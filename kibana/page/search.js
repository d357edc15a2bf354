/** @import { PageAnswer } from '../charts/page-answer' */

/** Why there are no numbers; `type` is of the failure table, or `Away` where the page's own server does not answer. */
export class Problem extends Error {
  /** @param {string} type @param {string} message */
  constructor(type, message) {
    super(message);
    this.type = type;
  }
}

/**
 * Asks the page's server, and nobody else.
 *
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @throws {Problem} when there is no answer, or no good one
 */
async function get(path, signal) {
  const response = await fetch(path, signal === undefined ? {} : { signal }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new Problem('Away', `Nothing answers at ${location.origin}.`);
  });
  const body = await response.json();
  if (!response.ok) throw new Problem(body.type, body.message);
  return body;
}

/** @returns {Promise<readonly { id: string, title: string, description: string, width: number, height: number }[]>} */
export function listPanels() {
  return get('/panels');
}

/**
 * @param {readonly string[]} panels by name
 * @param {URLSearchParams} filters
 * @param {AbortSignal} signal
 * @returns {Promise<PageAnswer>}
 */
export function searchPanels(panels, filters, signal) {
  const query = new URLSearchParams([...panels.map((panel) => ['panel', panel]), ...filters]);
  return get(`/search?${query}`, signal);
}
