import { z } from 'zod';

/** JSON inside JSON. */
function json<T extends z.ZodType>(content: T) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'expected JSON' });
        return z.NEVER;
      }
    })
    .pipe(content);
}

const id = z.string().regex(/^[a-z][a-z0-9-]*$/);
const reference = z.strictObject({ type: z.literal('index-pattern'), id, name: z.string().min(1) });
const nothing = z.strictObject({});
const shown = { title: z.string().min(1), description: z.string().min(1) };
const query = z.strictObject({ query: z.string(), language: z.literal('kuery') });

const column = { label: z.string().min(1), customLabel: z.literal(true), sourceField: z.string().min(1) };
const bucket = { ...column, isBucketed: z.literal(true) };
const metric = { ...column, isBucketed: z.literal(false), scale: z.literal('ratio') };
const number = z.literal('number');
const emptyAsNull = z.strictObject({ emptyAsNull: z.boolean() });
const noRegex = { include: z.tuple([]), exclude: z.tuple([]), includeIsRegex: z.literal(false) };

const columnSchema = z.discriminatedUnion('operationType', [
  z.strictObject({
    ...bucket,
    operationType: z.literal('date_histogram'),
    dataType: z.literal('date'),
    scale: z.literal('interval'),
    params: z.strictObject({
      interval: z.literal('auto'),
      includeEmptyRows: z.boolean(),
      dropPartials: z.literal(false),
    }),
  }),
  z.strictObject({
    ...bucket,
    operationType: z.literal('terms'),
    dataType: z.enum(['string', 'boolean']),
    scale: z.literal('ordinal'),
    params: z.strictObject({
      ...noRegex,
      size: z.int().min(1).max(1_000),
      orderBy: z.strictObject({ type: z.literal('column'), columnId: id }),
      orderDirection: z.enum(['asc', 'desc']),
      otherBucket: z.literal(false),
      missingBucket: z.literal(false),
      parentFormat: z.strictObject({ id: z.literal('terms') }),
      excludeIsRegex: z.literal(false),
    }),
  }),
  z.strictObject({
    ...metric,
    operationType: z.literal('count'),
    dataType: number,
    sourceField: z.literal('___records___'),
    params: emptyAsNull,
  }),
  z.strictObject({
    ...metric,
    operationType: z.literal('percentile'),
    dataType: number,
    params: z.strictObject({ percentile: z.number().gt(0).lt(100) }),
  }),
  z.strictObject({ ...metric, operationType: z.literal('average'), dataType: number, params: emptyAsNull }),
  z.strictObject({
    ...metric,
    operationType: z.enum(['min', 'max']),
    dataType: z.enum(['number', 'date']),
    params: emptyAsNull,
  }),
]);

const layerSchema = z.strictObject({
  columns: z.record(id, columnSchema),
  columnOrder: z.array(id).min(2),
  incompleteColumns: nothing,
  sampling: z.literal(1),
  ignoreGlobalFilters: z.literal(false),
});

const data = { layerId: id, layerType: z.literal('data') };
const position = z.enum(['bottom', 'right']);
const seriesType = z.enum(['line', 'bar_stacked', 'bar_horizontal_stacked']);
const isShown = z.boolean();

const lens = <T extends string, V extends z.ZodType>(visualizationType: T, visualization: V) =>
  z.strictObject({
    ...shown,
    type: z.literal('lens'),
    visualizationType: z.literal(visualizationType),
    references: z.array(reference).length(1),
    state: z.strictObject({
      visualization,
      query,
      filters: z.tuple([]),
      datasourceStates: z.strictObject({ formBased: z.strictObject({ layers: z.record(id, layerSchema) }) }),
      internalReferences: z.tuple([]),
      adHocDataViews: nothing,
    }),
  });

const lensSchema = z.discriminatedUnion('visualizationType', [
  lens(
    'lnsXY',
    z.strictObject({
      legend: z.strictObject({ isVisible: isShown, position }),
      valueLabels: z.literal('hide'),
      fittingFunction: z.literal('None'),
      preferredSeriesType: seriesType,
      layers: z
        .array(
          z.strictObject({
            ...data,
            seriesType,
            xAccessor: id,
            accessors: z.array(id).min(1),
            splitAccessor: id.optional(),
          }),
        )
        .length(1),
    }),
  ),
  lens(
    'lnsHeatmap',
    z.strictObject({
      ...data,
      shape: z.literal('heatmap'),
      xAccessor: id,
      yAccessor: id,
      valueAccessor: id,
      legend: z.strictObject({ isVisible: isShown, position, type: z.literal('heatmap_legend') }),
      gridConfig: z.strictObject({
        type: z.literal('heatmap_grid'),
        isCellLabelVisible: isShown,
        isXAxisLabelVisible: isShown,
        isXAxisTitleVisible: isShown,
        isYAxisLabelVisible: isShown,
        isYAxisTitleVisible: isShown,
      }),
    }),
  ),
  lens(
    'lnsDatatable',
    z.strictObject({
      ...data,
      columns: z.array(z.strictObject({ columnId: id, isTransposed: z.literal(false), isMetric: z.boolean() })).min(2),
      sorting: z.strictObject({ columnId: id, direction: z.enum(['asc', 'desc']) }),
      paging: z.strictObject({ size: z.int().min(1), enabled: z.literal(true) }),
    }),
  ),
]);

const panelSchema = z.strictObject({
  type: z.literal('lens'),
  panelIndex: id,
  gridData: z.strictObject({
    x: z.int().min(0),
    y: z.int().min(0),
    w: z.int().min(1),
    h: z.int().min(1),
    i: id,
  }),
  // Kibana shows this description, and not the one of the chart.
  embeddableConfig: z.strictObject({ ...shown, enhancements: nothing, attributes: lensSchema }),
});

const control = { order: z.int().min(0), grow: z.boolean(), width: z.enum(['small', 'medium', 'large']) };
const controlSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...control,
    type: z.literal('optionsListControl'),
    explicitInput: z.strictObject({
      id,
      fieldName: z.string().min(1),
      title: z.string().min(1),
      selectedOptions: z.tuple([]),
      searchTechnique: z.enum(['prefix', 'wildcard', 'exact']),
      sort: z.strictObject({ by: z.enum(['_key', '_count']), direction: z.enum(['asc', 'desc']) }),
    }),
  }),
  z.strictObject({ ...control, type: z.literal('timeSlider'), explicitInput: z.strictObject({ id }) }),
]);

const isIgnored = z.literal(false);
const dashboardAttributes = z.strictObject({
  ...shown,
  version: z.literal(1),
  timeRestore: z.literal(true),
  timeFrom: z.string().regex(/^now-\d+[mhd]$/),
  timeTo: z.literal('now'),
  refreshInterval: z.strictObject({ pause: z.boolean(), value: z.int().min(1_000) }),
  optionsJSON: json(
    z.strictObject({
      useMargins: z.boolean(),
      syncColors: z.boolean(),
      syncCursor: z.boolean(),
      syncTooltips: z.boolean(),
      hidePanelTitles: z.literal(false),
    }),
  ),
  panelsJSON: json(z.array(panelSchema).min(1)),
  controlGroupInput: z.strictObject({
    controlStyle: z.literal('oneLine'),
    chainingSystem: z.literal('HIERARCHICAL'),
    showApplySelections: z.literal(false),
    ignoreParentSettingsJSON: json(
      z.strictObject({
        ignoreFilters: isIgnored,
        ignoreQuery: isIgnored,
        ignoreTimerange: isIgnored,
        ignoreValidations: isIgnored,
      }),
    ),
    panelsJSON: json(z.record(id, controlSchema)),
  }),
  kibanaSavedObjectMeta: z.strictObject({ searchSourceJSON: json(z.strictObject({ query, filter: z.tuple([]) })) }),
});

const dataViewAttributes = z.strictObject({
  title: z.string().regex(/^pipeline\.\*\.[a-z-]+$/),
  name: z.string().min(1),
  timeFieldName: z.string().min(1),
  allowHidden: z.literal(false),
  fields: json(z.tuple([])),
  fieldAttrs: json(nothing),
  fieldFormatMap: json(nothing),
  runtimeFieldMap: json(nothing),
  sourceFilters: json(z.tuple([])),
  typeMeta: json(nothing),
});

const envelope = { id, managed: z.literal(true), coreMigrationVersion: z.literal('8.8.0') };

/** Versions above these are refused by a Kibana 8.19. */
export const savedObjectSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...envelope,
    type: z.literal('index-pattern'),
    typeMigrationVersion: z.literal('8.0.0'),
    references: z.tuple([]),
    attributes: dataViewAttributes,
  }),
  z.strictObject({
    ...envelope,
    type: z.literal('dashboard'),
    typeMigrationVersion: z.literal('10.2.0'),
    references: z.array(reference),
    attributes: dashboardAttributes,
  }),
]);

export type CheckedObject = z.infer<typeof savedObjectSchema>;
export type CheckedDashboard = Extract<CheckedObject, { type: 'dashboard' }>;
export type CheckedDataView = Extract<CheckedObject, { type: 'index-pattern' }>;
export type CheckedPanel = z.infer<typeof panelSchema>;
export type CheckedColumn = z.infer<typeof columnSchema>;
