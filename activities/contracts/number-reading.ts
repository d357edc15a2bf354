import { z } from 'zod';

const decimal = z.enum(['.', ',']);
const absent = z.array(z.union([z.number(), z.string().max(100)])).max(50);

/** How the numbers of a source are written. */
export const numbersSchema = z
  .strictObject({
    decimal: decimal.default('.').describe('Decimal sign of numbers in text; group separators are not read'),
    absent: absent
      .default([])
      .describe(
        'Numbers and texts that stand for no value, for example -999; beside empty, NA, N/A, NaN, null, None, -, ' +
          'unknown and unavailable, in any case',
      ),
  })
  .prefault({});

/** The same for one measurement. */
export const numberOptions = {
  decimal: decimal.optional().describe('Of a measurement; default: that of `numbers`'),
  absent: absent.optional().describe('Of a measurement, beside those of `numbers`'),
};

type Numbers = z.infer<typeof numbersSchema>;
type NumberOptions = z.infer<z.ZodObject<typeof numberOptions>>;

/** How the Spark job reads the numbers of a measurement. */
export interface NumberReading {
  readonly decimal: '.' | ',';
  /** Beside the usual marks of absence; a number is compared as a number. */
  readonly absent: readonly string[];
}

export function resolveNumberReading(numbers: Numbers, own: NumberOptions): NumberReading {
  return {
    decimal: own.decimal ?? numbers.decimal,
    absent: [...numbers.absent, ...(own.absent ?? [])].map(String),
  };
}
