/** Status and error type that an item is made to fail with. */
export interface ItemFailure {
  readonly status: number;
  readonly type: string;
}

/** The items of a bulk body: action line and source line together, each with its line feed. */
export function itemsOf(body: Buffer): string[] {
  const lines = body.toString('utf8').split('\n');
  const items: string[] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) items.push(`${lines[at] ?? ''}\n${lines[at + 1] ?? ''}\n`);
  return items;
}

/** The id that an item's action names. */
export function idOf(item: string): string {
  const action = JSON.parse(item.slice(0, item.indexOf('\n'))) as { index: { _id: string } };
  return action.index._id;
}

/**
 * The server's answer about the items that reached it, with the failures of the others at their positions.
 *
 * @param answer - null where no item reached the server
 */
export function spliceFailures(answer: string | null, failures: readonly (ItemFailure | null)[]): string {
  const real =
    answer === null ? { errors: false, items: [] } : (JSON.parse(answer) as { errors: boolean; items: unknown[] });
  const waiting = [...real.items];
  const items = failures.map((failure) =>
    failure === null ? waiting.shift() : { index: { status: failure.status, error: { type: failure.type } } },
  );
  return JSON.stringify({ errors: real.errors || failures.some((failure) => failure !== null), items });
}
