import { AvroBytes, UnreadableAvro } from './avro-bytes';
import type { AvroType } from './avro-schema';

/** The limits of the Spark job. */
const MAX_DEPTH = 200;
const MAX_VALUES_WITHOUT_BYTES = 100_000;
const MAX_DECIMAL_BYTES = 400;

const FIRST_MICRO = BigInt(Date.UTC(1000, 0)) * 1_000n;
const LAST_MICRO = BigInt(Date.UTC(10_000, 0)) * 1_000n;
const MS_PER_DAY = 86_400_000n;
const NO_TIME = LAST_MICRO;

type Times = Readonly<Record<string, (number: bigint) => bigint>>;

/** Microseconds since 1970 by logical type. */
const TIMES: Times = {
  'timestamp-millis': (ms) => ms * 1_000n,
  'timestamp-micros': (micros) => micros,
  'timestamp-nanos': (nanos) => (nanos - (((nanos % 1_000n) + 1_000n) % 1_000n)) / 1_000n,
};

/**
 * Returns the JSON that an Avro value stands for, as the Spark job reads it: see the table in `RecordJudge.java`. Shares no
 * code with the job. A library is not used for it because those at hand trust the lengths in the bytes: a broken record
 * could exhaust the memory of the worker.
 *
 * @returns null if the bytes do not fit the schema
 */
export function avroJson(type: AvroType, bytes: Buffer): string | null {
  try {
    const value = new AvroValue(new AvroBytes(bytes));
    const json = value.json(type, 1);
    return value.isWhole ? json : null;
  } catch (error) {
    if (error instanceof UnreadableAvro) return null;
    throw error;
  }
}

class AvroValue {
  #values = 0;

  constructor(private readonly bytes: AvroBytes) {}

  get isWhole(): boolean {
    return this.bytes.isAtEnd;
  }

  json(type: AvroType, depth: number): string {
    this.#values += 1;
    const hasTooMany = this.#values > MAX_VALUES_WITHOUT_BYTES + this.bytes.length;
    if (depth > MAX_DEPTH || hasTooMany) throw new UnreadableAvro('expected fewer values');
    if (type.kind === 'record') {
      return `{${type.fields.map((field) => this.#member(field.name, field.type, depth)).join(',')}}`;
    }
    if (type.kind === 'array') return `[${this.#items(() => this.json(type.of, depth + 1)).join(',')}]`;
    if (type.kind === 'map') {
      return `{${this.#items(() => this.#member(this.bytes.text(), type.of, depth)).join(',')}}`;
    }
    if (type.kind === 'union') return this.json(this.#choice(type.branches), depth + 1);
    return type.kind === 'enum' ? JSON.stringify(this.#choice(type.symbols)) : this.#leaf(type);
  }

  #member(name: string, type: AvroType, depth: number): string {
    return `${JSON.stringify(name)}:${this.json(type, depth + 1)}`;
  }

  #items(item: () => string): string[] {
    const items: string[] = [];
    for (let count = this.bytes.count(); count !== 0n; count = this.bytes.count()) {
      for (let i = 0n; i < count; i++) items.push(item());
    }
    return items;
  }

  #choice<T>(choices: readonly T[]): T {
    const choice = choices[Number(this.bytes.integer(5))];
    if (choice === undefined) throw new UnreadableAvro('expected one of the choices');
    return choice;
  }

  #leaf(type: Exclude<AvroType, { kind: 'record' | 'array' | 'map' | 'union' | 'enum' }>): string {
    switch (type.kind) {
      case 'null':
        return 'null';
      case 'boolean':
        return String(this.bytes.byte() === 1);
      case 'int':
        return dateJson(type.logicalType, this.bytes.integer(5));
      case 'long':
        return timeJson(type.logicalType, this.bytes.integer(10));
      case 'float':
        return numberJson(shortest(this.bytes.take(4).readFloatLE()));
      case 'double':
        return numberJson(this.bytes.take(8).readDoubleLE());
      case 'string':
        return JSON.stringify(this.bytes.text());
      case 'bytes':
        return bytesJson(type, this.bytes.take(this.bytes.integer(10)));
      case 'fixed':
        return bytesJson(type, this.bytes.take(type.size));
    }
  }
}

function timeJson(logicalType: unknown, number: bigint): string {
  const [, local, name = ''] = /^(local-)?(.*)$/.exec(String(logicalType)) ?? [];
  const micros = Object.hasOwn(TIMES, name) ? (TIMES[name]?.(number) ?? NO_TIME) : NO_TIME;
  if (micros < FIRST_MICRO || micros >= LAST_MICRO) return String(number);
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - fraction) / 1_000n)).toISOString().slice(0, 19);
  return `"${seconds}.${String(fraction).padStart(6, '0')}${local === undefined ? 'Z' : ''}"`;
}

function dateJson(logicalType: unknown, days: bigint): string {
  const micros = days * MS_PER_DAY * 1_000n;
  if (logicalType !== 'date' || micros < FIRST_MICRO || micros >= LAST_MICRO) return String(days);
  return `"${new Date(Number(days * MS_PER_DAY)).toISOString().slice(0, 10)}"`;
}

/** JSON has no NaN and no infinity; and only whole numbers of Avro are whole numbers, which can be ids. */
function numberJson(number: number): string {
  if (!Number.isFinite(number)) return `"${String(number)}"`;
  return Number.isInteger(number) ? `${JSON.stringify(number)}.0`.replace(/(e.*)\.0$/, '$1') : JSON.stringify(number);
}

/** The number of fewest digits that is the same in 32 bits. */
function shortest(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(float.toPrecision(digits));
    if (Math.fround(rounded) === float) return rounded;
  }
  return float;
}

function bytesJson({ logicalType, scale }: { logicalType: unknown; scale: number }, bytes: Buffer): string {
  if (logicalType === 'decimal') {
    if (bytes.length === 0 || bytes.length > MAX_DECIMAL_BYTES) throw new UnreadableAvro('expected a decimal');
    const unscaled = BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`));
    return scale === 0 ? String(unscaled) : `${String(unscaled)}e${-scale}`;
  }
  if (logicalType === 'uuid' && bytes.length === 16) {
    return `"${bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}"`;
  }
  return `"${bytes.toString('base64')}"`;
}
