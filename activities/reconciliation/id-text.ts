import { isUtf8 } from 'node:buffer';
import type { FieldPlace } from '../contracts/field-place';
import { schemaFramingOf } from '../contracts/schema-framing';
import type { IncomingRecord } from '../kafka';
import { StrictObject } from './strict-object';

/** Null: there is something that is no id; undefined: there is nothing. */
export type IdText = string | null | undefined;

/** Returns the text of an id at a place of a raw record, as the Spark job reads it. */
export function idTextAt(place: FieldPlace, record: IncomingRecord): IdText {
  const key = record.key !== null && isUtf8(record.key) ? record.key : null;
  return new IdPlaces(record, new StrictObject(record.value), new StrictObject(key)).textAt(place);
}

class IdPlaces {
  constructor(
    private readonly record: IncomingRecord,
    private readonly value: StrictObject,
    private readonly key: StrictObject,
  ) {}

  textAt(place: FieldPlace): IdText {
    const { headers, key } = this.record;
    switch (place.kind) {
      case 'value':
        return this.value.nameAt(place.path);
      case 'key':
        return place.path.length === 0 ? ofBytes(key) : this.key.nameAt(place.path);
      case 'header':
        return ofBytes(Object.hasOwn(headers, place.name) ? headers[place.name] : undefined);
      case 'constant':
        return place.text;
      case 'join':
        return this.#joined(place.parts, place.separator);
    }
  }

  /** A backslash before each separator and backslash in a part: different parts never give one id. */
  #joined(parts: readonly FieldPlace[], separator: string): IdText {
    const texts: string[] = [];
    for (const part of parts) {
      const text = this.textAt(part);
      if (text === undefined || text === null) return text;
      if (text === '') return undefined;
      texts.push(text.replaceAll('\\', '\\\\').replaceAll(separator, () => `\\${separator}`));
    }
    return texts.join(separator);
  }
}

function ofBytes(bytes: Buffer | null | undefined): IdText {
  if (bytes === null || bytes === undefined) return undefined;
  return isUtf8(bytes) && schemaFramingOf(bytes) === null ? bytes.toString('utf8') : null;
}
