import type { Service } from '../../deploy/local/service';

export interface FakeServiceOptions {
  readonly name?: string;
  readonly stateFolder: string;
  readonly port: number;
  /** JavaScript that runs before the service listens. */
  readonly before?: string;
}

/** A real process that listens and answers with its own pid, described as the stack describes its services. */
export function fakeService({ name = 'fake', stateFolder, port, before = '' }: FakeServiceOptions): Service {
  const listen = `require('http').createServer((_, r) => r.end(String(process.pid))).listen(${port}, '127.0.0.1')`;
  const probe = async (signal: AbortSignal): Promise<void> => {
    await pidAt(port, signal);
  };
  return {
    name,
    endpoint: { name, managed: true, address: `http://127.0.0.1:${port}`, probe },
    ports: [port],
    command: [process.execPath, '-e', `${before};${listen}`],
    env: {},
    cwd: stateFolder,
    stopGraceMs: 30_000,
  };
}

/** @throws Error when nobody answers */
export async function pidAt(port: number, signal?: AbortSignal): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}`, signal === undefined ? {} : { signal });
  return Number(await response.text());
}
