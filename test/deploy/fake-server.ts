import { join } from 'node:path';
import type { CompanionSpec } from '../../deploy/local/companion';
import type { ManagedServer } from '../../deploy/local/servers/server';

export interface FakeServerOptions {
  readonly name?: string;
  readonly stateFolder: string;
  readonly port: number;
  /** JavaScript that runs before the server listens. */
  readonly before?: string;
  /** Another value is another setting. */
  readonly setting?: string;
}

/** A real process that listens and answers with its own pid, described as the launcher's servers are. */
export function fakeServer({
  name = 'fake',
  stateFolder,
  port,
  before = '',
  setting = '',
}: FakeServerOptions): ManagedServer {
  const listen = `require('http').createServer((_, r) => r.end(String(process.pid))).listen(${port}, '127.0.0.1')`;
  return {
    name,
    managed: true,
    address: `http://127.0.0.1:${port}`,
    ports: [port],
    dataFolder: join(stateFolder, name),
    command: [process.execPath, '-e', `${before};${listen}`],
    env: { SETTING: setting },
    files: [],
    probe: async (signal) => {
      await pidAt(port, signal);
    },
  };
}

/** @throws Error when nobody answers */
export async function pidAt(port: number, signal?: AbortSignal): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}`, signal === undefined ? {} : { signal });
  return Number(await response.text());
}

export function fakeCompanion(code = 'setInterval(() => {}, 1000)'): CompanionSpec {
  return { name: 'companion', command: [process.execPath, '-e', code], env: {}, ports: [] };
}
