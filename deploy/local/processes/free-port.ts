import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a server could listen on this port of 127.0.0.1 now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Waits until all ports are free, and names the first that is still taken when the time is over. */
export async function takenPort(ports: readonly number[], waitMs: number): Promise<number | undefined> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const free = await Promise.all(ports.map(isFree));
    const taken = ports.find((_, index) => free[index] === false);
    if (taken === undefined || Date.now() >= deadline) return taken;
    await sleep(200);
  }
}
