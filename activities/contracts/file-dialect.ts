import { z } from 'zod';

const encodingSchema = z.enum(['utf-8', 'utf-16', 'iso-8859-1', 'windows-1252']);

export type Encoding = z.infer<typeof encodingSchema>;

/** A character with a meaning in a CSV: the same in every encoding, and no line break. */
function isSign(text: string): boolean {
  const code = text.charCodeAt(0);
  const isControl = code === 0 || code === 0x0a || code === 0x0d || (code >= 0x80 && code < 0xa0);
  return text.length === 1 && code <= 0xff && !isControl;
}

const sign = z.string().length(1).refine(isSign, 'expected one character of ISO-8859-1 that is no line break');
const name = z.string().trim().min(1).max(200);

/** How a file is read as rows; all but `encoding` belong to the format csv. */
export const dialectShape = {
  encoding: encodingSchema
    .optional()
    .describe('Default: utf-8. A byte order mark takes precedence; gzip and zstd are recognised by themselves'),
  delimiter: sign.optional().describe('Between two cells; default: a comma'),
  quote: sign
    .nullable()
    .optional()
    .describe('Around a cell that contains delimiters or line breaks; default: a double quotation mark; null: none'),
  skipLines: z.int().min(0).max(1_000).optional().describe('Lines before the header that are not read; default: 0'),
  comment: sign.optional().describe('Lines that begin with this character are not read; default: none'),
  header: z
    .array(name)
    .min(1)
    .max(1_000)
    .optional()
    .describe('Names of the columns of a file without a header line; default: the first row has the names'),
  rowNames: z
    .boolean()
    .optional()
    .describe('Rows begin with a number or name that has no column, as R writes them; it is left out'),
};

export type DialectOptions = Readonly<z.infer<z.ZodObject<typeof dialectShape>>>;

/** The options with their defaults. */
export interface FileDialect {
  readonly encoding: Encoding;
  readonly delimiter: string;
  /** Null: quotation marks are literal characters. */
  readonly quote: string | null;
  readonly skipLines: number;
  readonly comment: string | null;
  /** Null: the first row has the names. */
  readonly header: readonly string[] | null;
  readonly rowNames: boolean;
}

export function fileDialect(given: DialectOptions): FileDialect {
  return {
    encoding: given.encoding ?? 'utf-8',
    delimiter: given.delimiter ?? ',',
    quote: given.quote === undefined ? '"' : given.quote,
    skipLines: given.skipLines ?? 0,
    comment: given.comment ?? null,
    header: given.header ?? null,
    rowNames: given.rowNames ?? false,
  };
}

const CSV_OPTIONS = ['delimiter', 'quote', 'skipLines', 'comment', 'header', 'rowNames'] as const;

/** Returns why options contradict each other: the option, and what to do. */
export function dialectProblems(
  format: 'csv' | 'ndjson',
  given: DialectOptions,
): { readonly option: keyof DialectOptions; readonly problem: string }[] {
  if (format === 'ndjson') {
    return CSV_OPTIONS.filter((option) => given[option] !== undefined).map((option) => ({
      option,
      problem: 'Expected no such option with the format ndjson: remove it, or set source.format to "csv"',
    }));
  }
  const { delimiter, quote, comment } = fileDialect(given);
  const problems: ReturnType<typeof dialectProblems> = [];
  if (quote === delimiter) problems.push({ option: 'quote', problem: 'Expected another character than the delimiter' });
  if (comment === delimiter || (comment !== null && comment === quote)) {
    problems.push({ option: 'comment', problem: 'Expected another character than the delimiter and the quote' });
  }
  return problems;
}
