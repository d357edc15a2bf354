/** What happens to a part of the stack, told as it happens. `part` names a server or a companion. */
export type StackEvent =
  /** How far the installation of a part is; `fraction` between 0 and 1, where it can be known. */
  | { readonly kind: 'installing'; readonly part: string; readonly text: string; readonly fraction?: number }
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

type Describe = { readonly [Kind in StackEvent['kind']]: (event: Extract<StackEvent, { kind: Kind }>) => string };

const DESCRIBE: Describe = {
  installing: ({ text, fraction }) => (fraction === undefined ? text : `${text}, ${Math.round(fraction * 100)} %`),
  leftOverStopped: ({ pid, reason }) => `stopped the one left over from an earlier start (pid ${pid}; ${reason})`,
  adopted: ({ pid, address }) => `goes on with the one left over from an earlier start at ${address} (pid ${pid})`,
  started: ({ pid, log }) => `started (pid ${pid}), log in ${log}`,
  waiting: ({ address, waitedMs, reason }) => `waiting for ${address} since ${seconds(waitedMs)}: ${reason}`,
  ready: ({ address, waitedMs }) => `ready at ${address} after ${seconds(waitedMs)}`,
  ended: ({ description, restartInMs }) => `starts again in ${seconds(restartInMs)}. ${description}`,
  stopping: () => 'stopping',
  stopped: ({ forced }) => (forced ? 'stopped by force' : 'stopped'),
};

/** One plain line for an event; several where a child left last lines. */
export function describeEvent(event: StackEvent): string {
  const describe = DESCRIBE[event.kind] as (event: StackEvent) => string;
  return `${event.part}: ${describe(event)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
