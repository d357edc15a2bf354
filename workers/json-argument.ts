/** Returns a value as JSON in single quotes, as one argument of a command that people paste into a shell. */
export function jsonArgument(value: unknown): string {
  return `'${JSON.stringify(value).replaceAll("'", `'\\''`)}'`;
}
