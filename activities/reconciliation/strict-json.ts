/** Limits of the parser that the Spark job uses, Jackson 2.21; one level goes to the list it wraps a record in. */
const MAX_NESTING = 999;
const MAX_NUMBER_CHARACTERS = 1_000;
const MAX_NAME_CHARACTERS = 50_000;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]|-?\d[-+.\deE]*/g;

/**
 * Tells whether JSON that `JSON.parse` accepts is also accepted by the Spark job, which refuses more: a name twice in
 * one object, half a surrogate pair, and sizes that no reading has.
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

/** Keeps the names of every object that is open; a list has none. */
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

/** Every surrogate has its other half; only an escape can bring one without it. */
function isWellFormed(token: string): boolean {
  return !/\\u[dD][89a-fA-F]/.test(token) || !/\p{Surrogate}/u.test(unquoted(token));
}

function unquoted(token: string): string {
  return token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1);
}
