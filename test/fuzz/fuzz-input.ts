import type { RawRecord } from '../deploy/spark/judged-records';
import { seededRandom } from '../support/seeded-random';
import { Choice } from './choice';
import { oddFile } from './odd-file';
import { oddRecords } from './odd-records';
import { fileSettings, fittingSettings, oddDialect, otherSettings, readingSettings } from './odd-settings';

/** Share of the inputs with fitting settings, whose odd contents are read. */
const PLAIN = 0.5;

/** One input of a pipeline: its settings, and a file or the records of a topic. */
export interface FuzzInput {
  readonly number: number;
  readonly kind: 'file' | 'topic';
  /** Without the place of the file or topic. */
  readonly source: object;
  readonly settings: object;
  readonly file: Buffer;
  readonly records: readonly RawRecord[];
}

/** Returns the input of that number: the same for the same seed. */
export function fuzzInput(seed: number, number: number): FuzzInput {
  const choice = new Choice(seededRandom(seed * 100_003 + number));
  const dialect = oddDialect(choice);
  const isFile = number % 2 === 0;
  const isPlain = choice.happens(PLAIN);
  const ofFile = isPlain ? fittingSettings(dialect) : fileSettings(choice, dialect);
  return {
    number,
    kind: isFile ? 'file' : 'topic',
    source: { ...(isFile ? ofFile : {}), ...(isPlain ? {} : readingSettings(choice)) },
    settings: isPlain ? {} : otherSettings(choice),
    file: isFile ? oddFile(choice, dialect) : Buffer.alloc(0),
    records: isFile ? [] : oddRecords(choice),
  };
}
