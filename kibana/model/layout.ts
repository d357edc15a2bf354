import type { Panel } from './panel';

/** Columns of a dashboard. */
const COLUMNS = 48;

/** Where a panel stands, in columns and rows from the upper left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Places panels from left to right, and in a new row where one does not fit beside the others. */
export function placesOf(panels: readonly Pick<Panel, 'width' | 'height'>[]): readonly Place[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map(({ width: w, height: h }) => {
    if (x + w > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const place = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return place;
  });
}
