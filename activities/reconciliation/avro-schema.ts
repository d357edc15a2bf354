import { isObject, type JsonObject } from '../contracts/json-object';

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'bytes'] as const;
type Primitive = (typeof PRIMITIVES)[number];

/** A text that is no schema of Avro. */
export class SchemaUnreadable extends Error {
  override readonly name = 'SchemaUnreadable';
}

interface Logical {
  /** As the schema names it; undefined if it names none. */
  readonly logicalType: unknown;
  readonly scale: number;
}

/** A schema with every name in it resolved; one that contains itself is a cycle. */
export type AvroType =
  | (Logical & { readonly kind: Primitive })
  | (Logical & { readonly kind: 'fixed'; readonly size: number })
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly of: AvroType }
  | { readonly kind: 'map'; readonly of: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | { readonly kind: 'record'; readonly fields: readonly { readonly name: string; readonly type: AvroType }[] };

/** Parses schemas, of which later ones can name the types of earlier ones. */
export class AvroSchemaParser {
  readonly #named = new Map<string, AvroType>();

  /** @throws SchemaUnreadable or SyntaxError when it is no Avro schema, or names an unknown type */
  parse(text: string): AvroType {
    return this.#typeOf(JSON.parse(text), '');
  }

  #typeOf(schema: unknown, namespace: string): AvroType {
    if (typeof schema === 'string') return this.#ofName(schema, namespace, {});
    if (Array.isArray(schema)) {
      return { kind: 'union', branches: schema.map((branch: unknown) => this.#typeOf(branch, namespace)) };
    }
    if (!isObject(schema)) throw new SchemaUnreadable('expected a type of Avro');
    switch (schema['type']) {
      case 'record':
      case 'error':
        return this.#record(schema, namespace);
      case 'enum':
        return this.#define(schema, namespace, { kind: 'enum', symbols: listOf(schema['symbols']).map(String) });
      case 'fixed':
        return this.#define(schema, namespace, { kind: 'fixed', size: Number(schema['size']), ...logical(schema) });
      case 'array':
        return { kind: 'array', of: this.#typeOf(schema['items'], namespace) };
      case 'map':
        return { kind: 'map', of: this.#typeOf(schema['values'], namespace) };
      default:
        return this.#ofName(String(schema['type']), namespace, schema);
    }
  }

  #ofName(name: string, namespace: string, schema: JsonObject): AvroType {
    const primitive = PRIMITIVES.find((kind) => kind === name);
    if (primitive !== undefined) return { kind: primitive, ...logical(schema) };
    const type = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (type === undefined) throw new SchemaUnreadable('expected the name of a type that is defined before');
    return type;
  }

  #record(schema: JsonObject, namespace: string): AvroType {
    const fields: { name: string; type: AvroType }[] = [];
    // Its fields may name it.
    const record = this.#define(schema, namespace, { kind: 'record', fields });
    const name = definedName(schema, namespace);
    const inner = name.slice(0, Math.max(0, name.lastIndexOf('.')));
    for (const field of listOf(schema['fields'])) {
      if (!isObject(field)) throw new SchemaUnreadable('expected the fields of a record');
      fields.push({ name: String(field['name']), type: this.#typeOf(field['type'], inner) });
    }
    return record;
  }

  #define(schema: JsonObject, namespace: string, type: AvroType): AvroType {
    this.#named.set(definedName(schema, namespace), type);
    return type;
  }
}

function definedName(schema: JsonObject, namespace: string): string {
  const own = schema['namespace'];
  return fullName(String(schema['name']), typeof own === 'string' ? own : namespace);
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function logical(schema: JsonObject): Logical {
  const scale = schema['scale'];
  return { logicalType: schema['logicalType'], scale: Number.isInteger(scale) ? Number(scale) : 0 };
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new SchemaUnreadable('expected a list');
}
