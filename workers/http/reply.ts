/** A complete response. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(status: number, value: unknown): Reply {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

/** What was expected, what came and what to do, for programs and people. */
export function problem(status: number, type: string, message: string, headers: Reply['headers'] = {}): Reply {
  return { ...json(status, { type, message }), headers };
}
