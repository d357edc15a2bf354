import { z } from 'zod';
import { pipelineFailure } from '../../activities/contracts/failures';
import { DEFAULT_MEASUREMENTS } from '../../activities/contracts/measurement';
import { panelsOf } from '../../kibana/model/panels';

/** The panels of the page: those of the shipped dashboard. */
export const PANELS = panelsOf(DEFAULT_MEASUREMENTS);

const MINUTE_MS = 60_000;
const MAX_RANGE_MS = 366 * 24 * 60 * MINUTE_MS;
/** Lengths in minutes of time ranges that end now. */
const RANGES: Record<string, number> = { '15m': 15, '1h': 60, '6h': 360, '24h': 1440, '7d': 10_080, '30d': 43_200 };
const RANGE_NAMES = ['all', ...Object.keys(RANGES)];
const PANEL_IDS = PANELS.map(({ id }) => id);

const names = (expected: readonly string[]) => z.enum(expected, `expected one of ${expected.join(', ')}`);
const time = z.iso.datetime({ offset: true, error: 'expected a time as 2026-11-24T06:00:00Z' });
const value = z.string('expected one value').min(1, 'expected a value').max(256, 'expected at most 256 characters');

const requestSchema = z
  .strictObject({
    panel: z
      .array(names(PANEL_IDS))
      .min(1, 'expected at least one')
      .refine((given) => new Set(given).size === given.length, 'expected each panel once'),
    range: names(RANGE_NAMES).optional(),
    from: time.optional(),
    to: time.optional(),
    pipeline: value.optional(),
    device: value.optional(),
  })
  .check(({ value: { range, from, to }, issues }) => {
    const reject = (field: string, message: string, input: string | undefined): void => {
      issues.push({ code: 'custom', path: [field], message, input });
    };
    if (from === undefined && to === undefined) return;
    if (range !== undefined) reject('range', 'expected it alone, or from and to without it', range);
    else if (from === undefined) reject('from', 'expected it beside to', from);
    else if (to === undefined) reject('to', 'expected it beside from', to);
    else if (Date.parse(to) <= Date.parse(from)) reject('to', 'expected a time after from', to);
    else if (Date.parse(to) - Date.parse(from) > MAX_RANGE_MS) reject('to', 'expected at most 366 days after from', to);
  });

/** One search of the page. */
export interface PageRequest {
  readonly panels: readonly string[];
  /** Null for all times. */
  readonly times: { readonly fromMs: number; readonly toMs: number } | null;
  readonly only: { readonly pipeline?: readonly string[]; readonly device?: readonly string[] };
}

/** Parses the query string of a search. @throws InvalidInput that names every invalid field, and what was expected */
export function parsePageRequest(query: URLSearchParams, nowMs: number): PageRequest {
  const given = Object.fromEntries([...new Set(query.keys())].map((name) => [name, givenOf(query, name)]));
  const result = requestSchema.safeParse({ panel: [], ...given }, { reportInput: true });
  if (!result.success) throw pipelineFailure('InvalidInput', result.error.issues.map(problemOf).join('; '));
  const { panel, range = 'all', from, to, pipeline, device } = result.data;
  const minutes = RANGES[range];
  const ending = minutes === undefined ? null : { fromMs: nowMs - minutes * MINUTE_MS, toMs: nowMs };
  return {
    panels: panel,
    times: from === undefined || to === undefined ? ending : { fromMs: Date.parse(from), toMs: Date.parse(to) },
    only: {
      ...(pipeline !== undefined && { pipeline: [pipeline] }),
      ...(device !== undefined && { device: [device] }),
    },
  };
}

function givenOf(query: URLSearchParams, name: string): string | string[] | undefined {
  const all = query.getAll(name);
  return name === 'panel' || all.length > 1 ? all : all[0];
}

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${key}: expected only ${Object.keys(requestSchema.shape).join(', ')}`).join('; ');
  }
  const received = issue.input === undefined ? '' : `, got ${JSON.stringify(issue.input).slice(0, 100)}`;
  return `${String(issue.path[0])}: ${issue.message}${received}`;
}
