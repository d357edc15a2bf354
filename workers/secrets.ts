import { readFileSync } from 'node:fs';

/** Variables by name, none of them empty. */
export type Environment = Readonly<Record<string, string>>;

/**
 * Returns a secret: the variable, or what the file of its `_FILE` variable holds now, without white space around it.
 *
 * @param name - of the variable without `_FILE`
 * @returns undefined if neither is set
 * @throws Error naming variable and path when the file cannot be read or is empty
 */
export function secretOf(settings: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const { [name]: value, [`${name}_FILE`]: path } = settings;
  if (typeof value === 'string') return value;
  if (typeof path !== 'string') return undefined;
  const text = readText(path, `${name}_FILE`).trim();
  if (text === '') throw new Error(`${name}_FILE: expected a secret in ${path}, got an empty file`);
  return text;
}

/** @param variable - the variable with the path. @throws Error naming it, the path and the reason */
export function readText(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`${variable}: expected a file that can be read, got ${path} (${reason})`, { cause: error });
  }
}
