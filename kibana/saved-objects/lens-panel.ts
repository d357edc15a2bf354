import type { Place } from '../model/layout';
import { bucketsOf, type Panel } from '../model/panel';
import { SOURCES } from '../model/source';
import { bucketColumn, metricColumn } from './column';
import type { Reference } from './saved-object';
import { drawn } from './visualization';

/** A panel of a dashboard that carries its Lens chart itself, and the reference that the dashboard must repeat. */
export interface LensPanel {
  readonly panel: Readonly<Record<string, unknown>>;
  readonly reference: Reference;
}

/** Ids are made of the panel's own, so that the file changes only where the model does. */
export function lensPanel(panel: Panel, place: Place): LensPanel {
  const { id, title, description, source } = panel;
  const layerId = `${id}-layer`;
  const reference: Reference = {
    type: 'index-pattern',
    id: SOURCES[source].id,
    name: `indexpattern-datasource-layer-${layerId}`,
  };
  return {
    reference: { ...reference, name: `${id}:${reference.name}` },
    panel: {
      type: 'lens',
      panelIndex: id,
      gridData: { ...place, i: id },
      // Kibana shows the description of the panel; that of the chart is for a copy in the library.
      embeddableConfig: { title, description, enhancements: {}, attributes: attributes(panel, layerId, reference) },
    },
  };
}

function attributes(panel: Panel, layerId: string, reference: Reference): Record<string, unknown> {
  const { id, title, description, where, metrics, kind } = panel;
  const buckets = bucketsOf(panel);
  const bucketIds = buckets.map((_, level) => `${id}-bucket${level}`);
  const metricIds = metrics.map((_, index) => `${id}-metric${index}`);
  const [orderedBy = ''] = metricIds;
  const columns = Object.fromEntries([
    ...buckets.map((bucket, level) => [bucketIds[level], bucketColumn(bucket, orderedBy, kind !== 'table')]),
    ...metrics.map((metric, index) => [metricIds[index], metricColumn(metric)]),
  ]) as Record<string, unknown>;
  const { visualizationType, visualization } = drawn(panel, layerId, bucketIds, metricIds);
  const layer = {
    columns,
    columnOrder: [...bucketIds, ...metricIds],
    incompleteColumns: {},
    sampling: 1,
    ignoreGlobalFilters: false,
  };
  return {
    title,
    description,
    type: 'lens',
    visualizationType,
    references: [reference],
    state: {
      visualization,
      query: { query: where === undefined ? '' : `${where} : true`, language: 'kuery' },
      filters: [],
      datasourceStates: { formBased: { layers: { [layerId]: layer } } },
      internalReferences: [],
      adHocDataViews: {},
    },
  };
}
