import { connect, createServer, type Socket } from 'node:net';
import { listen } from './listen';

/** A TCP proxy that can be closed: meanwhile it resets connections, as if the server were down. */
export interface ServerGate {
  /** `http://host:port` of the proxy. */
  readonly address: string;
  open(): void;
  /** Ends all connections and resets new ones. */
  close(): void;
  /** Stops the proxy itself. */
  end(): Promise<void>;
}

/** Starts a proxy in front of an HTTP server, on a free port. */
export async function openGate(server: string): Promise<ServerGate> {
  const { hostname, port } = new URL(server);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const gate = createServer((client) => {
    if (!isOpen) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
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
  const gatePort = await listen(gate);
  const closeAll = (): void => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `http://127.0.0.1:${gatePort}`,
    open: () => {
      isOpen = true;
    },
    close: closeAll,
    end: async () => {
      closeAll();
      await new Promise((resolve) => gate.close(resolve));
    },
  };
}
