import { placeKinds, segments, type PlaceInput, type PlaceKind } from './field-place';

/** What a source has: a CSV neither nested fields nor what only Kafka records have. */
export type RecordSource = 'csv' | 'ndjson' | 'topic';

/** Where a field may stand. */
export interface PlaceRule {
  readonly kinds: readonly PlaceKind[];
  /** Its joins are ids, in which the separator is one character that can be told from the text of a part. */
  readonly isId?: true;
}

/** Inside of a join. */
const PART_KINDS: readonly PlaceKind[] = ['column', 'path', 'key', 'header', 'constant'];

/** Returns one text per problem: what was expected and what came, to put behind the name of the field. */
export function placeProblems(given: PlaceInput, { kinds, isId }: PlaceRule, source: RecordSource): string[] {
  const found = placeKinds(given);
  if (found.length > 1) return [`: expected one place, got ${found.join(' and ')}: keep one of them`];
  const [kind] = found;
  if (typeof given === 'string' || kind === undefined) return separatorProblems(given, isId);
  if (!kinds.includes(kind)) return [`: expected one of ${kinds.join(', ')}, got ${kind}`];
  return [
    ...sourceProblems(kind, given, source),
    ...(given.join === undefined ? [] : joinProblems(given.join, source)),
    ...separatorProblems(given, isId),
  ];
}

function joinProblems(parts: readonly PlaceInput[], source: RecordSource): string[] {
  if (parts.length === 0) return ['.join: expected at least one place, got none'];
  const kinds = parts.map(placeKinds);
  if (!kinds.some(([kind]) => kind !== 'constant')) {
    return ['.join: expected at least one place that is no constant, got only constants'];
  }
  return parts.flatMap((part, index) => {
    const count = kinds[index]?.length ?? 0;
    const problems =
      count === 0 ? [': expected one place, got none'] : placeProblems(part, { kinds: PART_KINDS }, source);
    return problems.map((problem) => `.join[${index}]${problem}`);
  });
}

function separatorProblems(given: PlaceInput, isId: true | undefined): string[] {
  if (typeof given === 'string' || given.separator === undefined) return [];
  if (given.join === undefined) return ['.separator: expected none, since there is no join'];
  if (isId === undefined || /^[^\\\p{Surrogate}]$/u.test(given.separator)) return [];
  return [`.separator: expected one character other than a backslash in an id, got ${JSON.stringify(given.separator)}`];
}

/** What the records of this source do not have. */
function sourceProblems(kind: PlaceKind, given: Exclude<PlaceInput, string>, source: RecordSource): string[] {
  const path = given.path ?? (typeof given.key === 'string' ? given.key : []);
  if (segments(path).includes('')) return [`.${kind}: expected a name between two points, got ${String(path)}`];
  if (source !== 'topic' && (kind === 'key' || kind === 'header')) {
    return [`.${kind}: expected a column, since the rows of a file have no ${kind}`];
  }
  if (source !== 'csv' || kind !== 'path' || segments(path).length === 1) return [];
  return ['.path: expected a column, since a CSV has no fields inside of others; a name with points is a column'];
}
