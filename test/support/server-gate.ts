import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A way to a server that can be shut: while it is, connections are refused as if the server were down. */
export interface ServerGate {
  /** `http://host:port` of the way. */
  readonly address: string;
  open(): void;
  /** Ends the connections there are and refuses new ones. */
  close(): void;
  end(): Promise<void>;
}

/** Opens a way to an HTTP server on a port of its own. */
export async function openGate(server: string): Promise<ServerGate> {
  const { hostname, port } = new URL(server);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const gate = createServer((near) => {
    if (!isOpen) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  const shut = (): void => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    open: () => {
      isOpen = true;
    },
    close: shut,
    end: async () => {
      shut();
      await new Promise((resolve) => gate.close(resolve));
    },
  };
}
