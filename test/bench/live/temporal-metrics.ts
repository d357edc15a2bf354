import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const ANSWER_MS = 5_000;
/** State of a socket in Linux's table of them. */
const LISTENING = '0A';

/** Returns the metrics of a Temporal dev server, which chooses a port for them by itself. */
export async function temporalMetrics(pid: number): Promise<string> {
  for (const port of listeningPorts(pid)) {
    const text = await textOf(`http://127.0.0.1:${port}/metrics`);
    if (text?.includes('\nservice_requests{') === true) return text;
  }
  throw new Error(`expected process ${pid} to serve metrics of Temporal, got none on any of its ports`);
}

async function textOf(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    return await response.text();
  } catch {
    // Another protocol.
    return null;
  }
}

function listeningPorts(pid: number): number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).map((name) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1]),
  );
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === LISTENING && sockets.has(inode))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed meanwhile.
    return '';
  }
}
