import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_MEASUREMENTS } from '../../activities/contracts/measurement';
import { panelsOf } from '../../kibana/model/panels';
import { problemsOf } from './saved-object-problems';

const shipped = readFileSync(join(__dirname, '..', '..', 'kibana', 'dashboards.ndjson'), 'utf8');

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Makes another value of the one at a path; undefined takes it away. */
type Change = (old: Json | undefined) => Json | undefined;

const VIEWS = 4;
const PANELS = 'attributes.panelsJSON';
const CONTROLS = 'attributes.controlGroupInput.panelsJSON';
const REFERENCES = `${VIEWS}.references`;

/** The file with the value at a path of it changed; a path leads through JSON inside JSON, too. */
function mutant(path: string, change: Change): string {
  const objects = shipped
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
  return (changed(objects, path.split('.'), change) as Json[]).map((object) => JSON.stringify(object)).join('\n');
}

function changed(value: Json | undefined, [key, ...rest]: readonly string[], change: Change): Json | undefined {
  if (key === undefined) return change(value);
  if (typeof value === 'string') return JSON.stringify(changed(JSON.parse(value) as Json, [key, ...rest], change));
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => {
      const made = index === Number(key) ? changed(each, rest, change) : each;
      return made === undefined ? [] : [made];
    });
  }
  if (typeof value !== 'object' || value === null) throw new Error(`expected something to lie under ${key}`);
  const { [key]: old, ...others } = value;
  const made = changed(old, rest, change);
  return { ...others, ...(made === undefined ? {} : { [key]: made }) };
}

const to =
  (value: Json): Change =>
  () =>
    value;
const away: Change = () => undefined;
const list =
  (change: (old: Json[]) => Json[]): Change =>
  (old) =>
    change(Array.isArray(old) ? old : []);
const cut: Change = (old) => text(old).slice(0, -1);

const panel = (n: number) => `${VIEWS}.${PANELS}.${n}`;
const chart = (n: number) => `${panel(n)}.embeddableConfig.attributes`;
const layer = (n: number, id: string) => `${chart(n)}.state.datasourceStates.formBased.layers.${id}-layer`;
const series = (n: number) => `${chart(n)}.state.visualization.layers.0`;
const control = `${VIEWS}.${CONTROLS}.control-run`;

describe('the import file', () => {
  it('follows every rule', () => {
    expect(problemsOf(shipped)).toEqual([]);
  });

  it('describes every panel as its model does', () => {
    const dashboard = JSON.parse(shipped.split('\n')[VIEWS] ?? '') as { attributes: { panelsJSON: string } };
    const panels = JSON.parse(dashboard.attributes.panelsJSON) as { embeddableConfig: object }[];
    expect(panels).toHaveLength(12);
    expect(panels.map(({ embeddableConfig }) => embeddableConfig)).toMatchObject(
      panelsOf(DEFAULT_MEASUREMENTS).map(({ title, description }) => ({ title, description })),
    );
  });

  it('still follows every rule after a mutation that changes nothing', () => {
    expect(problemsOf(mutant(`${panel(1)}.gridData.w`, (old) => old))).toEqual([]);
  });

  it.each<[string, string, Change, RegExp]>([
    ['a key that is not known', `${VIEWS}.namespaces`, to([]), /Unrecognized key: "namespaces"/],
    ['a later version of a type', `${VIEWS}.typeMigrationVersion`, to('10.4.0'), /typeMigrationVersion/],
    ['a later version of the core', '0.coreMigrationVersion', to('9.0.0'), /coreMigrationVersion/],
    ['objects that an operator may edit', `${VIEWS}.managed`, to(false), /managed/],
    ['no word of whether an operator may edit', `${VIEWS}.managed`, away, /managed/],
    ['JSON that is cut off', `${VIEWS}.${PANELS}`, cut, /expected JSON/],
    ['a data view without its time field', '0.attributes.timeFieldName', away, /timeFieldName/],
    ['two objects of one id', '1.id', to('pipeline-readings'), /two objects are index-pattern:pipeline-readings/],
    ['a data view that is not there', '0.id', to('other'), /refers to pipeline-readings, which is not there/],
    ['a reference not repeated', REFERENCES, list((old) => old.slice(1)), /lacks the reference volume:/],
    ['no reference of a control', REFERENCES, list((old) => old.slice(0, -1)), /lacks the reference controlGroup_/],
    ['a reference too many', `${REFERENCES}.0.name`, to('x:y'), /nothing needs the reference x:y/],
    ['another data view', `${REFERENCES}.0.id`, to('pipeline-windows'), /lacks the reference volume:/],
    ['two panels of one id', `${VIEWS}.${PANELS}`, twice, /two panels are volume/],
    ['the grid of another panel', `${panel(0)}.gridData.i`, to('x'), /the grid names another panel/],
    ['a panel without a title', `${panel(0)}.embeddableConfig.title`, away, /title/],
    ['a panel whose description is not shown', `${panel(0)}.embeddableConfig.description`, away, /description/],
    ['panels that overlap', `${panel(1)}.gridData.x`, to(20), /volume and latency overlap/],
    ['a panel beyond the columns', `${panel(1)}.gridData.w`, to(25), /latency stands out of the 48/],
    ['a layer without reference', `${chart(0)}.references.0.name`, to('x'), /volume-layer has no reference/],
    ['a layer that is not drawn', `${series(0)}.layerId`, to('x'), /volume-layer is not drawn/],
    [
      'a column out of the order',
      `${layer(1, 'latency')}.columnOrder`,
      list((old) => old.slice(0, -1)),
      /columnOrder does not name/,
    ],
    [
      'a bucket after a metric',
      `${layer(0, 'volume')}.columnOrder`,
      list((old) => old.toReversed()),
      /a bucket comes after/,
    ],
    [
      'a column that is not drawn',
      `${series(1)}.accessors`,
      list((old) => old.slice(0, -1)),
      /latency-metric2 is not drawn/,
    ],
    ['a drawn column that is not there', `${series(1)}.accessors`, list((old) => [...old, 'x']), /no column x to draw/],
    [
      'values ordered by a bucket',
      `${layer(0, 'volume')}.columns.volume-bucket0.params.orderBy.columnId`,
      to('volume-bucket1'),
      /ordered by volume-bucket1, which is no metric/,
    ],
    [
      'an operation that is not known',
      `${layer(0, 'volume')}.columns.volume-metric0.operationType`,
      to('last_value'),
      /operationType/,
    ],
    ['a percentile of 100', `${layer(1, 'latency')}.columns.latency-metric0.params.percentile`, to(100), /percentile/],
    ['a control of two ids', `${control}.explicitInput.id`, to('x'), /control-run has two ids/],
    ['two controls at one place', `${control}.order`, to(0), /two controls are at 0/],
    ['a control without a field', `${control}.explicitInput.fieldName`, away, /fieldName/],
  ])('is refused with %s', (_, path, change, problem) => {
    expect(problemsOf(mutant(path, change)).join('\n')).toMatch(problem);
  });
});

function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new Error(`expected text, got ${JSON.stringify(value)}`);
  return value;
}

/** A list inside JSON, with its first element once more. */
function twice(old: Json | undefined): Json {
  const [first = null, ...others] = JSON.parse(text(old)) as Json[];
  return JSON.stringify([first, ...others, first]);
}
