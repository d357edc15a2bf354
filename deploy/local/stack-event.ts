/** What happens to a part of the stack, told as it happens. `part` names a server or a companion. */
export type StackEvent =
  /** Left by a killed launcher, and of no use for this start. */
  | { readonly kind: 'leftOverStopped'; readonly part: string; readonly pid: number; readonly reason: string }
  /** Left by a killed launcher, and taken over as it runs. */
  | { readonly kind: 'adopted'; readonly part: string; readonly pid: number; readonly address: string }
  | { readonly kind: 'started'; readonly part: string; readonly pid: number; readonly log: string }
  /** Repeated every few seconds until the part answers. */
  | {
      readonly kind: 'waiting';
      readonly part: string;
      readonly address: string;
      readonly waitedMs: number;
      readonly reason: string;
    }
  | { readonly kind: 'ready'; readonly part: string; readonly address: string; readonly waitedMs: number }
  /** A companion ended though nobody stopped it. */
  | { readonly kind: 'ended'; readonly part: string; readonly description: string; readonly restartInMs: number }
  | { readonly kind: 'stopping'; readonly part: string }
  | { readonly kind: 'stopped'; readonly part: string; readonly forced: boolean };

export type OnStackEvent = (event: StackEvent) => void;

/** One plain line for an event; several where a child left last lines. */
export function describeEvent(event: StackEvent): string {
  switch (event.kind) {
    case 'leftOverStopped':
      return `${event.part}: stopped the one left over from an earlier start (pid ${event.pid}; ${event.reason})`;
    case 'adopted':
      return `${event.part}: goes on with the one left over from an earlier start at ${event.address} (pid ${event.pid})`;
    case 'started':
      return `${event.part}: started (pid ${event.pid}), log in ${event.log}`;
    case 'waiting':
      return `${event.part}: waiting for ${event.address} since ${seconds(event.waitedMs)}: ${event.reason}`;
    case 'ready':
      return `${event.part}: ready at ${event.address} after ${seconds(event.waitedMs)}`;
    case 'ended':
      return `${event.description}\n${event.part}: starts again in ${seconds(event.restartInMs)}`;
    case 'stopping':
      return `${event.part}: stopping`;
    case 'stopped':
      return `${event.part}: stopped${event.forced ? ' by force' : ''}`;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
