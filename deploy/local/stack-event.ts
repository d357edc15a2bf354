/** A service that has ended so many times in a row is in a crash loop. */
export const CRASH_LOOP_ENDS = 5;

/** What happens to a part of the stack, reported as it happens. */
export type StackEvent = {
  /** A service, or what is installed. */
  readonly part: string;
} & (
  | { readonly kind: 'installing'; readonly text: string }
  /** A killed launcher had left it running. */
  | { readonly kind: 'leftOverStopped'; readonly pid: number }
  | { readonly kind: 'started'; readonly pid: number; readonly log: string }
  /** Repeated every few seconds until the part answers. */
  | { readonly kind: 'waiting'; readonly address: string; readonly waitedMs: number; readonly reason: string }
  | { readonly kind: 'ready'; readonly address: string; readonly waitedMs: number }
  /** A service ended, or could not be started, though nobody stopped it. */
  | { readonly kind: 'ended'; readonly description: string; readonly endsInARow: number; readonly restartInMs: number }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped'; readonly forced: boolean }
);

export type OnStackEvent = (event: StackEvent) => void;

type Describe = { readonly [Kind in StackEvent['kind']]: (event: Extract<StackEvent, { kind: Kind }>) => string };

const DESCRIBE: Describe = {
  installing: ({ text }) => text,
  leftOverStopped: ({ pid }) => `stopped the process that an earlier start left running (pid ${pid})`,
  started: ({ pid, log }) => `started (pid ${pid}), log in ${log}`,
  waiting: ({ address, waitedMs, reason }) => `waiting for ${address} since ${seconds(waitedMs)}: ${reason}`,
  ready: ({ address, waitedMs }) => `ready at ${address} after ${seconds(waitedMs)}`,
  ended: ({ description, endsInARow, restartInMs }) => {
    const loop =
      endsInARow < CRASH_LOOP_ENDS ? '' : `has ended ${endsInARow} times in a row; the other parts stay. It `;
    return `${loop}starts again in ${seconds(restartInMs)}. ${description}`;
  },
  stopping: () => 'stopping',
  stopped: ({ forced }) => (forced ? 'stopped by force' : 'stopped'),
};

/** One plain line for an event; several where a process left last lines. */
export function describeEvent(event: StackEvent): string {
  const describe = DESCRIBE[event.kind] as (event: StackEvent) => string;
  return `${event.part}: ${describe(event)}`;
}

export function printEvent(event: StackEvent): void {
  console.log(describeEvent(event));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
