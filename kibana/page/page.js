import { Filters } from './filters.js';
import { showEmpty, showProblem } from './notice.js';
import { PanelView } from './panel.js';
import { listPanels, Problem, searchPanels } from './search.js';

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const filters = new Filters(/** @type {HTMLFormElement} */ (place('filters')));

/** Keyed by name. @type {Map<string, PanelView>} */
const views = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let looking = new AbortController();

/** Shows what there is now, and looks again after a while. */
async function look() {
  clearTimeout(timer);
  looking.abort();
  looking = new AbortController();
  const { signal } = looking;
  try {
    if (views.size === 0) await addPanels();
    await showAnswer(await searchPanels([...views.keys()], filters.search(), signal));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Problem)) throw error;
    // What is shown was right when it was asked for: it stays, and looks like it.
    place('panels').classList.add('old');
    showProblem(place('problem'), error);
  } finally {
    const refreshMs = filters.refreshMs();
    if (!signal.aborted && refreshMs !== null) timer = setTimeout(look, refreshMs);
  }
}

async function addPanels() {
  for (const panel of await listPanels()) {
    const view = new PanelView(panel);
    views.set(panel.id, view);
    place('panels').append(view.element);
  }
}

/** @param {Awaited<ReturnType<typeof searchPanels>>} answer */
async function showAnswer(answer) {
  filters.offer(answer.choices);
  place('problem').hidden = true;
  place('panels').classList.remove('old');
  place('panels').hidden = answer.documents === 0;
  showEmpty(place('empty'), answer, filters.search());
  await Promise.all([...views].map(([id, view]) => showPanel(view, answer.panels[id])));
  place('state').textContent = `${stretch(answer.span)}, as of ${answer.at.slice(11, 19)}`;
}

/** @param {{ readonly from: string, readonly to: string }} span */
function stretch({ from, to }) {
  const [first, last] = [from, to].map((time) => time.slice(0, 16).replace('T', ' '));
  return `${first} to ${last} UTC`;
}

/** @param {PanelView} view @param {Parameters<PanelView['show']>[0] | undefined} shown */
async function showPanel(view, shown) {
  if (shown !== undefined) await view.show(shown);
}

filters.onChange(look);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else void look();
});
void look();
