import type { Endpoint } from './endpoints';

/** How long a server may take to write its data and exit. */
export const SERVER_GRACE_MS = 30_000;
/** Longer than the worker's own shutdown timeout for activities. */
export const PROGRAM_GRACE_MS = 40_000;

/** A process that the stack keeps running on this machine. */
export interface Service {
  readonly name: string;
  /** If undefined, nothing connects to it, and it counts as ready when it runs. */
  readonly endpoint: Endpoint | undefined;
  /** All ports of 127.0.0.1 that it listens on. */
  readonly ports: readonly number[];
  /** Program and arguments; the program is the process itself, not a wrapper around it. */
  readonly command: readonly [string, ...string[]];
  /** The complete environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The user to run as; only root can choose. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Runs before each start; idempotent. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
  /** Runs each time when it has become ready, before it counts as ready; idempotent. */
  readonly afterReady?: () => Promise<void>;
  /** Time between SIGTERM and SIGKILL. */
  readonly stopGraceMs: number;
}
