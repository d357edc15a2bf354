/** How long a server may take to write what it holds and end. */
export const SERVER_GRACE_MS = 30_000;
/** Longer than the worker gives its own activities. */
export const PROGRAM_GRACE_MS = 40_000;

/** A server or page that the pipeline needs, wherever it runs. */
export interface Endpoint {
  readonly name: string;
  /** Where clients connect: `host:port`, several separated by commas, or a URL. */
  readonly address: string;
  /** Asks whether it can serve; rejects with the reason while it cannot. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

/** A process that the stack keeps running on this machine. */
export interface Service {
  readonly name: string;
  /** Undefined: nobody connects to it, and it counts as ready as soon as it runs. */
  readonly endpoint: Endpoint | undefined;
  /** All that it listens on, on 127.0.0.1. */
  readonly ports: readonly number[];
  /** Program and arguments; the program is the process itself, not a wrapper around it. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Whom to run as; only root may choose. */
  readonly user?: UnixUser;
  /** What must be done before each start; idempotent. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
  /** How long it may take to end after SIGTERM, before SIGKILL. */
  readonly stopGraceMs: number;
}

export interface UnixUser {
  readonly uid: number;
  readonly gid: number;
}
