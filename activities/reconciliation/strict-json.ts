/** Limits of Jackson 2.21, the parser of the Spark job; one nesting level is used by the list that wraps a record. */
const MAX_NESTING = 999;
const MAX_NUMBER_CHARACTERS = 1_000;
const MAX_NAME_CHARACTERS = 50_000;

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]|-?\d[-+.\deE]*/g;

/**
 * Returns whether the Spark job accepts JSON that `JSON.parse` accepts. It rejects a duplicate name in one object, a lone
 * surrogate, and what exceeds the limits of its parser.
 */
export function isStrictJson(json: string): boolean {
  const open: (Set<string> | null)[] = [];
  let text = '';
  for (const [token] of json.matchAll(TOKEN)) {
    const isText = token.startsWith('"');
    const fits = isText ? isWellFormed(token) : token !== ':' || isNewName(text, open.at(-1));
    if (!fits || (!isText && token.length > MAX_NUMBER_CHARACTERS)) return false;
    if (isText) text = token;
    else nest(token, open);
    if (open.length > MAX_NESTING) return false;
  }
  return true;
}

/** Tracks the names of every open object; null for a list. */
function nest(token: string, open: (Set<string> | null)[]): void {
  if (token === '{') open.push(new Set());
  else if (token === '[') open.push(null);
  else if (token === '}' || token === ']') open.pop();
}

function isNewName(token: string, names: Set<string> | null | undefined): boolean {
  const name = unquoted(token);
  if (name.length > MAX_NAME_CHARACTERS || names?.has(name) === true) return false;
  names?.add(name);
  return true;
}

/** Whether the text has no lone surrogate; only an escape can produce one. */
function isWellFormed(token: string): boolean {
  return !/\\u[dD][89a-fA-F]/.test(token) || !/\p{Surrogate}/u.test(unquoted(token));
}

function unquoted(token: string): string {
  return token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1);
}
