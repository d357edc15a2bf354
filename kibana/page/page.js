import { Filters } from './filters.js';
import { showEmpty, showProblem, showTroubled } from './notice.js';
import { PanelView } from './panel.js';
import { showRunning } from './running.js';
import { listPanels, listRunning, Problem, searchPanels } from './search.js';

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const filters = new Filters(/** @type {HTMLFormElement} */ (byId('filters')));

/** By panel id. @type {Map<string, PanelView>} */
const views = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let search = new AbortController();

/** Searches, shows the result, and schedules the next refresh. */
async function refresh() {
  clearTimeout(timer);
  search.abort();
  search = new AbortController();
  const { signal } = search;
  try {
    void refreshRunning(signal);
    if (views.size === 0) await addPanels();
    await showAnswer(await searchPanels([...views.keys()], filters.search(), signal));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Problem)) throw error;
    // The last result stays visible, marked as stale.
    byId('panels').classList.add('stale');
    showProblem(byId('problem'), error);
  } finally {
    const refreshMs = filters.refreshMs();
    if (!signal.aborted && refreshMs !== null) timer = setTimeout(refresh, refreshMs);
  }
}

/** Beside the search, since either server may be away. @param {AbortSignal} signal */
async function refreshRunning(signal) {
  try {
    showRunning(byId('running'), await listRunning(signal));
  } catch (error) {
    // The search tells that the page's own server is away.
    if (!signal.aborted && !(error instanceof Problem)) throw error;
  }
}

async function addPanels() {
  for (const panel of await listPanels()) {
    const view = new PanelView(panel);
    views.set(panel.id, view);
    byId('panels').append(view.element);
  }
}

/** @param {Awaited<ReturnType<typeof searchPanels>>} answer */
async function showAnswer(answer) {
  filters.setChoices(answer.choices);
  byId('problem').hidden = true;
  byId('panels').classList.remove('stale');
  byId('panels').hidden = answer.documents === 0;
  showEmpty(byId('empty'), answer, filters.search());
  showTroubled(byId('troubled'), answer);
  await Promise.all([...views].map(([id, view]) => showPanel(view, answer.panels[id])));
  byId('state').textContent = `${rangeText(answer.timeRange)}, as of ${answer.at.slice(11, 19)}`;
}

/** @param {{ readonly from: string, readonly to: string }} range */
function rangeText({ from, to }) {
  const [first, last] = [from, to].map((time) => time.slice(0, 16).replace('T', ' '));
  return `${first} to ${last} UTC`;
}

/** @param {PanelView} view @param {Parameters<PanelView['show']>[0] | undefined} shown */
async function showPanel(view, shown) {
  if (shown !== undefined) await view.show(shown);
}

filters.onChange(refresh);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else void refresh();
});
void refresh();
