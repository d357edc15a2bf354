/** Returns a value as JSON in single quotes, as one argument of a command that people paste into a shell. */
export function jsonArgument(value: unknown): string {
  return quotedArgument(JSON.stringify(value));
}

/** Returns a text in single quotes, as one argument of such a command. */
export function quotedArgument(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
