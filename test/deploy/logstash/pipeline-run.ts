/**
 * What a Logstash pipeline would do with Kafka records, for the few plugins and options that ours uses; any other is
 * refused, so that a change of the pipeline cannot pass unseen.
 *
 * @module
 */
import type { IncomingRecord } from '../../../activities/kafka';
import { seededRandom } from '../../support/seeded-random';
import { shuffledFields } from '../../support/shuffled-fields';
import type { Condition, Expression, Hash, Operand, Plugin, Section, Statement, Value } from './config-syntax';

export type Event = Record<string, unknown>;

const SEED = 1;

/** An output that an event came to, its options filled in. */
export interface Written {
  readonly plugin: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The event without its metadata, its fields in any order: Logstash keeps none. */
  readonly document: Event;
}

/** Takes one record through filters and outputs. */
export function runPipeline(
  sections: readonly Section[],
  environment: Readonly<Record<string, string>>,
  topic: string,
  record: IncomingRecord,
): Written[] {
  const text = (given: string): string =>
    given.replace(/\$\{(\w+)\}/g, (_all, name: string) => environment[name] ?? '');
  const event = decorated(topic, record);
  const written: Written[] = [];
  for (const { plugin, attributes } of reached(sections, 'filter', event)) {
    if (plugin === 'drop' && attributes.length === 0) return [];
    filter(plugin, optionsOf(attributes, text), event);
  }
  for (const { plugin, attributes } of reached(sections, 'output', event)) {
    const fields = Object.fromEntries(Object.entries(event).filter(([name]) => name !== '@metadata'));
    const document = shuffledFields(fields, seededRandom(SEED)) as Event;
    const options = Object.entries(optionsOf(attributes, text));
    const filled = options.map(([name, value]) => [name, typeof value === 'string' ? sprintf(value, event) : value]);
    written.push({ plugin, options: Object.fromEntries(filled) as Event, document });
  }
  return written;
}

/** The event that the Kafka input makes of a record under `decorate_events => "extended"`. */
function decorated(topic: string, { partition, offset, timestamp, value, headers }: IncomingRecord): Event {
  const texts = Object.entries(headers).map(([name, bytes]) => [name, bytes.toString('utf8')]);
  const kafka = {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    headers: Object.fromEntries(texts) as Event,
  };
  return {
    message: value?.toString('utf8') ?? '',
    '@timestamp': new Date(0).toISOString(),
    '@version': '1',
    '@metadata': { kafka },
  };
}

/** The plugins of a section that an event comes to, one after the other: a condition sees what those before it did. */
function* reached(sections: readonly Section[], section: string, event: Event): Generator<Plugin> {
  for (const { body } of sections.filter((each) => each.section === section)) yield* reachedIn(body, event);
}

function* reachedIn(body: readonly Statement[], event: Event): Generator<Plugin> {
  for (const statement of body) {
    if ('plugin' in statement) yield statement;
    else {
      const arm = statement.arms.find(({ condition }) => condition === null || holds(condition, event));
      if (arm !== undefined) yield* reachedIn(arm.body, event);
    }
  }
}

function holds({ join, of }: Condition, event: Event): boolean {
  const isTrue = (expression: Expression): boolean => expressionHolds(expression, event);
  return join === 'and' ? of.every(isTrue) : of.some(isTrue);
}

function expressionHolds(expression: Expression, event: Event): boolean {
  if ('of' in expression) {
    const { of, not } = expression;
    const value = typeof of === 'object' && 'join' in of ? holds(of, event) : operand(of, event);
    return isTruthy(value) !== not;
  }
  const compare = OPERATORS[expression.operator];
  if (compare === undefined) throw new Error(`expected a known operator, got ${expression.operator}`);
  return compare(operand(expression.left, event), operand(expression.right, event));
}

/** Logstash counts an empty text and the text `false` as false. */
function isTruthy(value: unknown): boolean {
  return ![undefined, null, false, '', 'false'].includes(value as null);
}

const OPERATORS: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '=~': (left, right) => typeof left === 'string' && right instanceof RegExp && right.test(left),
  '!~': (left, right) => !(typeof left === 'string' && right instanceof RegExp && right.test(left)),
  '<': (left, right) => Number(left) < Number(right),
  '>': (left, right) => Number(left) > Number(right),
  in: (left, right) => Array.isArray(right) && right.includes(left),
};

function operand(of: Operand, event: Event): unknown {
  if (typeof of !== 'object') return of;
  if ('field' in of) return get(event, of.field);
  // Of a text of several lines, Ruby's ^ and $ match at each.
  if ('pattern' in of) return new RegExp(of.pattern.replace('\\A', '^').replace('\\z', '$'));
  return of.list.map((each) => operand(each, event));
}

/** Filters change the event; the options of one `mutate` are carried out in the order that the plugin has for them. */
function filter(plugin: string, options: Event, event: Event): void {
  const order = { json: ['source'], ruby: ['code'], mutate: MUTATIONS }[plugin] ?? [];
  const unknown = Object.keys(options).filter((option) => !order.includes(option));
  if (order.length === 0 || unknown.length > 0)
    throw new Error(`expected known filters, got ${plugin} ${unknown.join()}`);
  for (const option of order.filter((each) => each in options)) {
    if (FILTERS[option]?.(event, options[option]) === false) return;
  }
}

const MUTATIONS = ['rename', 'convert', 'split', 'copy', 'add_field', 'remove_field'];

/** By option; `false` ends the filter as failed. */
const FILTERS: Readonly<Record<string, (event: Event, value: unknown) => boolean>> = {
  source: (event, field) => parseInto(event, textOf(get(event, String(field)))),
  code: (event, code) => runCode(event, String(code)),
  rename: eachField((event, from, to) => {
    const value = get(event, from);
    if (value === undefined) return;
    Reflect.deleteProperty(event, from);
    set(event, to, value);
  }),
  convert: eachField((event, field, type) => {
    const value = get(event, field);
    if (value !== undefined) set(event, field, type === 'integer' ? Number(value) : textOf(value));
  }),
  split: eachField((event, field, separator) => {
    set(event, field, textOf(get(event, field)).split(separator));
  }),
  copy: eachField((event, from, to) => {
    const value = get(event, from);
    if (value !== undefined) set(event, to, value);
  }),
  add_field: eachField((event, field, value) => {
    set(event, sprintf(field, event), sprintf(value, event));
  }),
  remove_field: (event, fields) => {
    for (const field of fields as string[]) Reflect.deleteProperty(event, field);
    return true;
  },
};

function eachField(change: (event: Event, field: string, value: string) => void) {
  return (event: Event, hash: unknown): boolean => {
    for (const [field, value] of Object.entries(hash as Record<string, string>)) change(event, field, value);
    return true;
  };
}

function parseInto(event: Event, text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('not an object');
    Object.assign(event, parsed);
    return true;
  } catch {
    event['tags'] = ['_jsonparsefailure'];
    return false;
  }
}

/** What a line of Ruby sets a field to: the clock in milliseconds, a difference, a comparison, or the bytes of a text. */
const RUBY: readonly (readonly [RegExp, (event: Event, ...fields: string[]) => number | boolean])[] = [
  [/^\(Time\.now\.to_f \* 1000\)\.to_i$/, () => Date.now()],
  [
    /^event\.get\('(\S+)'\) - event\.get\('(\S+)'\)$/,
    (event, from = '', less = '') => numberOf(event, from) - numberOf(event, less),
  ],
  [
    /^event\.get\('(\S+)'\)\.to_i\.between\?\((\d+), event\.get\('(\S+)'\)\)$/,
    (event, field = '', least = '', most = '') => {
      const value = numberOf(event, field);
      return value >= Number(least) && value <= numberOf(event, most);
    },
  ],
  [
    /^event\.get\('(\S+)'\)\.to_s\.bytesize$/,
    (event, field = '') => Buffer.byteLength(textOf(get(event, field) ?? '')),
  ],
];

function numberOf(event: Event, field: string): number {
  return Number(get(event, field));
}

function runCode(event: Event, code: string): boolean {
  const [, field = '', value = ''] = /^event\.set\('((?:\[@?\w+\])+)', (.+)\)$/.exec(code) ?? [];
  for (const [pattern, valueOf] of RUBY) {
    const found = pattern.exec(value);
    if (found === null) continue;
    set(event, field, valueOf(event, ...found.slice(1)));
    return true;
  }
  throw new Error(`expected the clock, a difference, a comparison or a length, got ${code}`);
}

function optionsOf(attributes: Plugin['attributes'], text: (given: string) => string): Event {
  return Object.fromEntries(attributes.map(([name, value]) => [name, plain(value, text)]));
}

function plain(value: Value, text: (given: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return value;
  if (isHash(value)) return optionsOf(value.entries, text);
  return 'plugin' in value ? value.plugin : value.map((each) => plain(each, text));
}

function isHash(value: Exclude<Value, string | number>): value is Hash {
  return 'entries' in value && typeof value.entries === 'object';
}

/** `%{[a][b]}` becomes the field; where there is none the text stays, as Logstash leaves it. */
function sprintf(text: string, event: Event): string {
  return text.replace(/%\{([^}]+)\}/g, (all, field: string) => {
    const value = get(event, field);
    return value === undefined ? all : textOf(value);
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function keysOf(field: string): string[] {
  return field.startsWith('[') ? field.slice(1, -1).split('][') : [field];
}

function get(event: Event, field: string): unknown {
  return keysOf(field).reduce<unknown>((value, key) => (value as Event | undefined)?.[key], event);
}

function set(event: Event, field: string, value: unknown): void {
  const keys = keysOf(field);
  const last = keys.pop() ?? '';
  const parent = keys.reduce((inside, key) => (inside[key] ??= {}) as Event, event);
  parent[last] = value;
}
