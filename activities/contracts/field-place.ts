import { z } from 'zod';

const name = z.string().min(1).max(200);

const placeOptions = {
  column: name.optional().describe('A column of a CSV, or a field of a JSON object'),
  path: z
    .union([z.string().min(1).max(1_000), z.array(name).min(1).max(50)])
    .optional()
    .describe(
      'A field inside of others: its names with points between them, or a list of them if they contain points; ' +
        'a whole number counts the elements of a list from 0',
    ),
  key: z
    .union([z.literal(true), z.string().min(1).max(1_000)])
    .optional()
    .describe('true: the key of the record as text; or a path into a key that is a JSON object'),
  header: name.optional().describe('A header of the record, as text'),
  constant: name.optional().describe('A text that is the same for every record'),
};

const partSchema = z.union([name, z.strictObject(placeOptions)]);

/** Where a field stands: at most one of these, beside `separator`. */
export const placeShape = {
  ...placeOptions,
  join: z.array(partSchema).max(20).optional().describe('Several places together, as one text'),
  separator: z
    .string()
    .max(10)
    .optional()
    .describe(
      'Between the parts of a join; default: a vertical bar in deviceId and eventId, where a backslash stands before each ' +
        'one inside of a part, and a blank in others',
    ),
};

/** A column name, or an object with one place. */
export const placeSchema = z.union([name, z.strictObject(placeShape)]);

export type PlaceInput = z.infer<typeof placeSchema>;
type PartInput = z.infer<typeof partSchema>;
type PlaceOptions = z.infer<z.ZodObject<typeof placeShape>>;

/** What a place needs to be read by the Spark job and by the proof. */
export type FieldPlace =
  /** Names of fields or positions in lists, from the outside in; one alone is a column. */
  | { readonly kind: 'value'; readonly path: readonly string[] }
  /** An empty path is the key as text. */
  | { readonly kind: 'key'; readonly path: readonly string[] }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'join'; readonly parts: readonly FieldPlace[]; readonly separator: string };

export type PlaceKind = 'column' | 'path' | 'key' | 'header' | 'constant' | 'join';

const KINDS: readonly PlaceKind[] = ['column', 'path', 'key', 'header', 'constant', 'join'];

/** The same as `FieldPlace`, for inputs of workflows that contain one. */
export const fieldPlaceSchema: z.ZodType<FieldPlace> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), path: z.array(z.string()) }),
  z.object({ kind: z.literal('key'), path: z.array(z.string()) }),
  z.object({ kind: z.literal('header'), name: z.string() }),
  z.object({ kind: z.literal('constant'), text: z.string() }),
  z.object({ kind: z.literal('join'), parts: z.array(z.lazy(() => fieldPlaceSchema)), separator: z.string() }),
]);

/** Returns the places that an input names; several, or none, are a problem. */
export function placeKinds(given: PlaceInput): PlaceKind[] {
  return typeof given === 'string' ? ['column'] : KINDS.filter((kind) => given[kind] !== undefined);
}

/**
 * Completes a place without problems.
 *
 * @param ownName - the column of a place that names none
 * @param separator - of a join that has none
 */
export function resolvePlace(given: PlaceInput | undefined, ownName: string, separator: string): FieldPlace {
  if (given === undefined || typeof given === 'string') return valueAt([given ?? ownName]);
  if (given.join === undefined) return resolvePart(given, ownName);
  const parts = given.join.map((part) => resolvePart(part, ownName));
  return { kind: 'join', parts, separator: given.separator ?? separator };
}

/** Returns a column's name; undefined if the place is another one. */
export function columnOf(place: FieldPlace): string | undefined {
  return place.kind === 'value' && place.path.length === 1 ? place.path[0] : undefined;
}

/** Returns the fields at the top of a record's value that the place reads. */
export function columnsOf(place: FieldPlace): string[] {
  if (place.kind === 'join') return place.parts.flatMap(columnsOf);
  return place.kind === 'value' ? place.path.slice(0, 1) : [];
}

/** Returns the texts that the place has for every record. */
export function constantsOf(place: FieldPlace): string[] {
  if (place.kind === 'join') return place.parts.flatMap(constantsOf);
  return place.kind === 'constant' ? [place.text] : [];
}

export function headersOf(place: FieldPlace): string[] {
  if (place.kind === 'join') return place.parts.flatMap(headersOf);
  return place.kind === 'header' ? [place.name] : [];
}

function resolvePart(given: PartInput, ownName: string): FieldPlace {
  if (typeof given === 'string') return valueAt([given]);
  const { column, path, key, header, constant }: PlaceOptions = given;
  if (path !== undefined) return valueAt(segments(path));
  if (key !== undefined) return { kind: 'key', path: key === true ? [] : segments(key) };
  if (header !== undefined) return { kind: 'header', name: header };
  return constant === undefined ? valueAt([column ?? ownName]) : { kind: 'constant', text: constant };
}

function valueAt(path: readonly string[]): FieldPlace {
  return { kind: 'value', path };
}

/** Returns the names of a path; an empty one is a problem. */
export function segments(path: string | readonly string[]): readonly string[] {
  return typeof path === 'string' ? path.split('.') : path;
}
