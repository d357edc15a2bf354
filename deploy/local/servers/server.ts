/** A server that the pipeline needs, wherever it runs. */
export interface Reachable {
  readonly name: string;
  /** Where clients connect: `host:port`, several separated by commas, or a URL. */
  readonly address: string;
  /** Asks the server itself whether it can serve; rejects with the reason while it cannot. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

/** A server that runs elsewhere: waited for, never started and never stopped. */
interface ExternalServer extends Reachable {
  readonly managed: false;
}

/** A server that the stack starts on this machine. */
export interface ManagedServer extends Reachable {
  readonly managed: true;
  /** All that it listens on, on 127.0.0.1. */
  readonly ports: readonly number[];
  readonly dataFolder: string;
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment of the server. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whom to run as; only root may choose. */
  readonly user?: UnixUser;
  /** Configuration, written before each start. */
  readonly files: readonly ConfigFile[];
  /** Whatever else must be done before each start, after the files are written; idempotent. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
}

export type Server = ExternalServer | ManagedServer;

export interface UnixUser {
  readonly uid: number;
  readonly gid: number;
}

interface ConfigFile {
  readonly path: string;
  readonly text: string;
}
