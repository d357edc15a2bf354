import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Megabytes of text, from a server that may be busy. */
const ANSWER_MS = 60_000;
/** State of a socket in Linux's table of them. */
const LISTENING = '0A';

/**
 * Returns the metrics of a Temporal dev server, which chooses a port for them by itself.
 *
 * @throws AggregateError when it serves none
 */
export async function temporalMetrics(pid: number): Promise<string> {
  const found = new AbortController();
  const signal = AbortSignal.any([found.signal, AbortSignal.timeout(ANSWER_MS)]);
  try {
    return await Promise.any(listeningPorts(pid).map((port) => metricsAt(port, signal)));
  } finally {
    found.abort();
  }
}

/** @throws Error when the port has another purpose or protocol */
async function metricsAt(port: number, signal: AbortSignal): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal });
  const text = await response.text();
  if (!text.includes('\nservice_requests{')) throw new Error(`expected metrics of Temporal on port ${port}`);
  return text;
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
