import { z } from 'zod';
import { placeSchema } from './field-place';

/** For sources in long format: a row has one value, and the name of its measurement in another column. */
export const longSchema = z
  .strictObject({
    name: placeSchema.describe('Where the name of the measurement stands'),
    value: placeSchema.describe('Where its value stands'),
  })
  .optional()
  .describe('Each record has one value, and the name of its measurement beside it; default: a column per measurement');

export type LongFormat = z.infer<typeof longSchema>;

/** The names of one measurement in long format. */
export const nameOptions = {
  names: z
    .array(z.string().min(1).max(200))
    .max(50)
    .optional()
    .describe(
      'Of a measurement, with `long`: what its name is in the source, where * stands for any text; default: its own name',
    ),
};

/** Returns the names that stand for more than one measurement as they are written, each as a problem. */
export function nameProblems(names: readonly (readonly [measurement: string, names: readonly string[]])[]): string[] {
  return names.flatMap(([measurement, own], index) => {
    const others = names.slice(0, index).filter(([, taken]) => own.some((name) => taken.includes(name)));
    return [
      ...(own.length === 0 ? [`source.fields.${measurement}.names: expected at least one name, got none`] : []),
      ...others.map(([other]) => `source.fields.${measurement}.names: expected other names than those of ${other}`),
    ];
  });
}
