import { DEFAULT_MEASUREMENTS } from '../../activities/contracts/measurement';
import { panelsOf } from '../../kibana/model/panels';

/** What the page shows: the panels of the dashboard that is shipped. */
export const PANELS = panelsOf(DEFAULT_MEASUREMENTS);

/** What the page has to know of a panel before it asks for its numbers. */
export function panelList(): readonly object[] {
  return PANELS.map(({ id, title, description, width, height }) => ({ id, title, description, width, height }));
}
