/** @import { PageResponse } from '../charts/rendered-panel' */
/** @import { RunningPipelines } from '../charts/running-pipeline' */

/** A failed search; `type` is a failure type, or `Unreachable` if the page's own server does not respond. */
export class Problem extends Error {
  /** @param {string} type @param {string} message */
  constructor(type, message) {
    super(message);
    this.type = type;
  }
}

/**
 * Requests JSON from the page's own server.
 *
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @throws {Problem} when there is no response, or an error response
 */
async function get(path, signal) {
  const response = await fetch(path, signal === undefined ? {} : { signal }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new Problem('Unreachable', `No response from ${location.origin}.`);
  });
  const body = await response.json();
  if (!response.ok) throw new Problem(body.type, body.message);
  return body;
}

/** @returns {Promise<readonly { id: string, title: string, description: string, width: number, height: number }[]>} */
export function listPanels() {
  return get('/panels');
}

/** @param {AbortSignal} signal @returns {Promise<RunningPipelines>} */
export function listRunning(signal) {
  return get('/pipelines', signal);
}

/**
 * @param {readonly string[]} panels ids
 * @param {URLSearchParams} filters
 * @param {AbortSignal} signal
 * @returns {Promise<PageResponse>}
 */
export function searchPanels(panels, filters, signal) {
  const query = new URLSearchParams([...panels.map((panel) => ['panel', panel]), ...filters]);
  return get(`/search?${query}`, signal);
}
