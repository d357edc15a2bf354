/**
 * The syntax of a Logstash configuration, by recursive descent; after the grammar of Logstash 8, without method calls.
 *
 * @module
 */
export type Value = string | number | readonly Value[] | Hash | Plugin;

export interface Hash {
  readonly entries: readonly (readonly [string, Value])[];
}

export interface Plugin {
  readonly plugin: string;
  readonly attributes: readonly (readonly [string, Value])[];
}

export interface Branch {
  readonly arms: readonly { readonly condition: Condition | null; readonly body: readonly Statement[] }[];
}

export type Statement = Plugin | Branch;

/** Expressions joined by one operator; a single one is joined by `and`. */
export interface Condition {
  readonly join: 'and' | 'or';
  readonly of: readonly Expression[];
}

export type Expression =
  | { readonly not: boolean; readonly of: Operand | Condition }
  | { readonly left: Operand; readonly operator: string; readonly right: Operand };

export type Operand =
  string | number | { readonly field: string } | { readonly pattern: string } | { readonly list: readonly Operand[] };

export interface Section {
  readonly section: string;
  readonly body: readonly Statement[];
}

/** @throws Error naming line, what was expected and what stands there */
export function parseConfig(text: string): readonly Section[] {
  return new ConfigParser(text).config();
}

class ConfigParser {
  #at = 0;

  constructor(private readonly text: string) {}

  config(): Section[] {
    const sections: Section[] = [];
    while (!this.#isAtEnd()) {
      const section = this.#match(/input|filter|output/y, 'input, filter or output');
      sections.push({ section, body: this.#body() });
    }
    return sections;
  }

  #body(): Statement[] {
    const body: Statement[] = [];
    this.#token('{');
    while (!this.#taken('}')) body.push(this.#looksAt(/if\b/y) ? this.#branch() : this.#plugin());
    return body;
  }

  #branch(): Branch {
    this.#token('if');
    const arms: Branch['arms'][number][] = [{ condition: this.#condition(), body: this.#body() }];
    while (this.#taken('else')) {
      const condition = this.#taken('if') ? this.#condition() : null;
      arms.push({ condition, body: this.#body() });
      if (condition === null) break;
    }
    return { arms };
  }

  #plugin(): Plugin {
    const plugin = this.#name();
    const attributes: (readonly [string, Value])[] = [];
    this.#token('{');
    while (!this.#taken('}')) attributes.push(this.#pair());
    return { plugin, attributes };
  }

  #pair(): readonly [string, Value] {
    const name = this.#name();
    this.#token('=>');
    const value = this.#value();
    if (!/[\s#}]/.test(this.text.charAt(this.#at))) this.#fail('blank space or }');
    return [name, value];
  }

  #value(): Value {
    if (this.#looksAt(/[A-Za-z0-9_-]+\s*\{/y)) return this.#plugin();
    if (this.#looksAt(/["']/y)) return this.#string();
    if (this.#looksAt(/-?\d/y)) return Number(this.#match(/-?\d+(\.\d*)?/y, 'a number'));
    if (this.#taken('[')) return this.#list(() => this.#value());
    if (!this.#taken('{')) return this.#match(/[A-Za-z_][A-Za-z0-9_]+/y, 'a value');
    const entries: (readonly [string, Value])[] = [];
    while (!this.#taken('}')) entries.push(this.#pair());
    return { entries };
  }

  #list<T>(item: () => T): T[] {
    const items: T[] = [];
    if (this.#taken(']')) return items;
    do items.push(item());
    while (this.#taken(','));
    this.#token(']');
    return items;
  }

  #condition(): Condition {
    const of = [this.#expression()];
    const joins = new Set<string>();
    while (this.#looksAt(/(and|or)\b/y)) {
      joins.add(this.#match(/and|or/y, 'and or or'));
      of.push(this.#expression());
    }
    if (joins.size > 1) this.#fail('brackets where and meets or');
    return { join: joins.has('or') ? 'or' : 'and', of };
  }

  #expression(): Expression {
    const not = this.#taken('!');
    if (this.#taken('(')) {
      const of = this.#condition();
      this.#token(')');
      return { not, of };
    }
    if (not) return { not, of: this.#field() };
    const left = this.#operand();
    if (!this.#looksAt(/[=!<>]|(not\s+)?in\b/y)) return { not, of: left };
    const operator = this.#match(/==|!=|<=|>=|=~|!~|<|>|not\s+in\b|in\b/y, 'an operator');
    return { left, operator: operator.replace(/\s+/, ' '), right: this.#operand() };
  }

  #operand(): Operand {
    if (this.#looksAt(/["']/y)) return this.#string();
    if (this.#looksAt(/-?\d/y)) return Number(this.#match(/-?\d+(\.\d*)?/y, 'a number'));
    if (this.#looksAt(/\//y)) {
      return { pattern: this.#match(/\/(\\\/|[^/])*\//y, 'a pattern').slice(1, -1) };
    }
    if (this.#looksAt(/\[["'\d\]]/y)) {
      this.#token('[');
      return { list: this.#list(() => this.#operand()) };
    }
    return this.#field();
  }

  #field(): { readonly field: string } {
    return { field: this.#match(/(\[[^\][,]+\])+/y, 'a field like [a][b]') };
  }

  #name(): string {
    return this.#looksAt(/["']/y) ? this.#string() : this.#match(/[A-Za-z0-9_-]+/y, 'a name or }');
  }

  #string(): string {
    return this.#match(/"(\\"|[^"])*"|'(\\'|[^'])*'/y, 'a string').slice(1, -1);
  }

  #match(pattern: RegExp, expected: string): string {
    const found = this.#find(pattern) ?? this.#fail(expected);
    this.#at += found.length;
    return found;
  }

  #token(token: string): void {
    if (!this.#taken(token)) this.#fail(token);
  }

  #taken(token: string): boolean {
    this.#blank();
    if (!this.text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #looksAt(pattern: RegExp): boolean {
    return this.#find(pattern) !== undefined;
  }

  /** What a sticky pattern finds next, after blank space and comments. */
  #find(pattern: RegExp): string | undefined {
    this.#blank();
    pattern.lastIndex = this.#at;
    return pattern.exec(this.text)?.[0];
  }

  #isAtEnd(): boolean {
    this.#blank();
    return this.#at === this.text.length;
  }

  #blank(): void {
    const blank = /(?:\s+|#[^\r\n]*\r?\n)*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.text)?.[0].length ?? 0;
  }

  #fail(expected: string): never {
    const line = this.text.slice(0, this.#at).split('\n').length;
    const here = this.text.slice(this.#at, this.#at + 20).split('\n')[0];
    throw new Error(`line ${line}: expected ${expected}, got ${here === '' ? 'the end' : here}`);
  }
}
