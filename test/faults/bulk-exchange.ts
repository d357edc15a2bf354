/** Status and error type with which a bulk item fails. */
export interface ItemFailure {
  readonly status: number;
  readonly type: string;
}

/** Splits the body of a bulk request into items: action line and source line, each with its line feed. */
export function itemsOf(body: Buffer): string[] {
  const lines = body.toString('utf8').split('\n');
  const items: string[] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) items.push(`${lines[at] ?? ''}\n${lines[at + 1] ?? ''}\n`);
  return items;
}

/** Returns the `_id` of an item. */
export function idOf(item: string): string {
  const action = JSON.parse(item.slice(0, item.indexOf('\n'))) as { index: { _id: string } };
  return action.index._id;
}

/**
 * Inserts item failures into the server's bulk response, at their positions in the original request.
 *
 * @param response - the response body; null if no item was sent to the server
 * @param failures - one entry per item of the request; null for the items that the server received
 */
export function insertFailures(response: string | null, failures: readonly (ItemFailure | null)[]): string {
  const real =
    response === null ? { errors: false, items: [] } : (JSON.parse(response) as { errors: boolean; items: unknown[] });
  const remaining = [...real.items];
  const items = failures.map((failure) =>
    failure === null ? remaining.shift() : { index: { status: failure.status, error: { type: failure.type } } },
  );
  return JSON.stringify({ errors: real.errors || failures.some((failure) => failure !== null), items });
}
