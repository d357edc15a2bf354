import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const CHANNEL = 'net.client.socket';

/** Watches the TCP connections that this process makes to some ports. */
export class ClientSockets {
  readonly #open = new Set<Socket>();
  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    socket.once('connect', () => {
      if (!this.ports.has(socket.remotePort ?? 0)) return;
      this.made += 1;
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  };
  /** Connections ever made. */
  made = 0;

  private constructor(private readonly ports: ReadonlySet<number>) {}

  /** @param addresses - as `host:port` */
  static watch(addresses: readonly string[]): ClientSockets {
    const sockets = new ClientSockets(new Set(addresses.map((address) => Number(address.split(':').at(-1)))));
    subscribe(CHANNEL, sockets.#onSocket);
    return sockets;
  }

  get open(): number {
    return this.#open.size;
  }

  /** Bytes sent on the connections that are open. */
  get sent(): number {
    return [...this.#open].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  }

  stop(): void {
    unsubscribe(CHANNEL, this.#onSocket);
  }
}
