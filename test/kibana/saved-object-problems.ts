import { z } from 'zod';
import { savedObjectSchema, type CheckedDashboard, type CheckedObject, type CheckedPanel } from './saved-object-schema';

const COLUMNS = 48;

/** Every rule that an import file breaks, one line each; the format of single objects first. */
export function problemsOf(ndjson: string): string[] {
  const lines = ndjson.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => savedObjectSchema.safeParse(JSON.parse(line)));
  const broken = parsed.flatMap(({ error }) => (error === undefined ? [] : [z.prettifyError(error)]));
  if (broken.length > 0) return broken;
  const objects = parsed.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const dashboards = objects.filter((object) => object.type === 'dashboard');
  return [
    ...repeated(objects.map(({ type, id }) => `${type}:${id}`)).map((id) => `two objects are ${id}`),
    ...dashboards.flatMap((dashboard) => dashboardProblems(dashboard, objects)),
  ];
}

function dashboardProblems({ references, attributes }: CheckedDashboard, objects: readonly CheckedObject[]): string[] {
  const { panelsJSON: panels, controlGroupInput } = attributes;
  const controls = Object.entries(controlGroupInput.panelsJSON);
  const wanted = [
    ...panels.flatMap(({ panelIndex, embeddableConfig }) =>
      embeddableConfig.attributes.references.map(({ id, name }) => `${panelIndex}:${name} ${id}`),
    ),
    ...controls.flatMap(([id, { type }]) => (type === 'timeSlider' ? [] : [`controlGroup_${id}:optionsListDataView`])),
  ];
  const given = references.map(({ id, name }) => (name.startsWith('controlGroup_') ? name : `${name} ${id}`));
  return [
    ...references
      .filter(({ type, id }) => !objects.some((object) => object.type === type && object.id === id))
      .map(({ id }) => `the dashboard refers to ${id}, which is not there`),
    ...wanted.filter((each) => !given.includes(each)).map((each) => `the dashboard lacks the reference ${each}`),
    ...given.filter((each) => !wanted.includes(each)).map((each) => `nothing needs the reference ${each}`),
    ...repeated(panels.map(({ panelIndex }) => panelIndex)).map((id) => `two panels are ${id}`),
    ...controls.filter(([id, { explicitInput }]) => explicitInput.id !== id).map(([id]) => `control ${id} has two ids`),
    ...repeated(controls.map(([, { order }]) => String(order))).map((order) => `two controls are at ${order}`),
    ...panels.flatMap(panelProblems),
    ...layoutProblems(panels),
  ];
}

function layoutProblems(panels: readonly CheckedPanel[]): string[] {
  const grids = panels.map(({ gridData }) => gridData);
  return grids.flatMap((a, index) => [
    ...(a.x + a.w > COLUMNS ? [`panel ${a.i} stands out of the ${COLUMNS} columns`] : []),
    ...grids
      .slice(index + 1)
      .filter((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
      .map((b) => `panels ${a.i} and ${b.i} overlap`),
  ]);
}

function panelProblems({ panelIndex, gridData, embeddableConfig }: CheckedPanel): string[] {
  const { state, references } = embeddableConfig.attributes;
  const layers = Object.entries(state.datasourceStates.formBased.layers);
  const drawn = drawnIds(embeddableConfig.attributes);
  const problems = layers.flatMap(([layerId, { columns, columnOrder }]) => {
    const ids = Object.keys(columns);
    const bucketed = columnOrder.map((id) => columns[id]?.isBucketed === true);
    const orders = Object.values(columns).flatMap((column) =>
      column.operationType === 'terms' ? [column.params.orderBy.columnId] : [],
    );
    return [
      ...(references.some(({ name }) => name === `indexpattern-datasource-layer-${layerId}`)
        ? []
        : [`layer ${layerId} has no reference to a data view`]),
      ...(drawn.layers.includes(layerId) ? [] : [`layer ${layerId} is not drawn`]),
      ...(sameSet(ids, columnOrder) ? [] : ['columnOrder does not name the columns']),
      ...(bucketed.lastIndexOf(true) + 1 === bucketed.filter(Boolean).length ? [] : ['a bucket comes after a metric']),
      ...ids.filter((id) => !drawn.columns.includes(id)).map((id) => `column ${id} is not drawn`),
      ...drawn.columns.filter((id) => !ids.includes(id)).map((id) => `there is no column ${id} to draw`),
      ...orders
        .filter((id) => columns[id]?.isBucketed !== false)
        .map((id) => `values are ordered by ${id}, which is no metric`),
    ];
  });
  return [...(gridData.i === panelIndex ? [] : ['the grid names another panel']), ...problems].map(
    (problem) => `panel ${panelIndex}: ${problem}`,
  );
}

/** Ids of the layers and columns that a chart shows. */
function drawnIds(attributes: CheckedPanel['embeddableConfig']['attributes']): {
  readonly layers: readonly string[];
  readonly columns: readonly string[];
} {
  switch (attributes.visualizationType) {
    case 'lnsXY': {
      const { layers } = attributes.state.visualization;
      return {
        layers: layers.map(({ layerId }) => layerId),
        columns: layers.flatMap(({ xAccessor, accessors, splitAccessor }) => [
          xAccessor,
          ...accessors,
          ...(splitAccessor === undefined ? [] : [splitAccessor]),
        ]),
      };
    }
    case 'lnsHeatmap': {
      const { layerId, xAccessor, yAccessor, valueAccessor } = attributes.state.visualization;
      return { layers: [layerId], columns: [xAccessor, yAccessor, valueAccessor] };
    }
    case 'lnsDatatable': {
      const { layerId, columns, sorting } = attributes.state.visualization;
      return { layers: [layerId], columns: [...columns.map(({ columnId }) => columnId), sorting.columnId] };
    }
  }
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && repeated(others).length === 0 && others.every((id) => some.includes(id));
}

function repeated(ids: readonly string[]): string[] {
  return ids.filter((id, index) => ids.indexOf(id) !== index);
}
