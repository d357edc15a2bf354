/** After this many exits in a row a service counts as crash-looping. */
export const CRASH_LOOP_EXITS = 5;

/** What happens to a part of the stack. */
export type StackEvent = {
  /** A service, or a program that is installed. */
  readonly part: string;
} & (
  | { readonly kind: 'installing'; readonly text: string }
  /** A killed launcher had left it running. */
  | { readonly kind: 'orphanStopped'; readonly pid: number }
  | { readonly kind: 'started'; readonly pid: number; readonly log: string }
  /** Repeated every few seconds until the part is ready. */
  | { readonly kind: 'waiting'; readonly address: string; readonly waitedMs: number; readonly reason: string }
  | { readonly kind: 'ready'; readonly address: string; readonly waitedMs: number }
  /** A service exited unexpectedly, or could not be started. */
  | {
      readonly kind: 'exited';
      readonly description: string;
      readonly exitsInARow: number;
      readonly restartDelayMs: number;
    }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped'; readonly forced: boolean }
);

export type OnStackEvent = (event: StackEvent) => void;

type Describe = { readonly [Kind in StackEvent['kind']]: (event: Extract<StackEvent, { kind: Kind }>) => string };

const DESCRIBE: Describe = {
  installing: ({ text }) => text,
  orphanStopped: ({ pid }) => `stopped the process that an earlier start left running (pid ${pid})`,
  started: ({ pid, log }) => `started (pid ${pid}), log in ${log}`,
  waiting: ({ address, waitedMs, reason }) => `waiting for ${address} for ${seconds(waitedMs)}: ${reason}`,
  ready: ({ address, waitedMs }) => `ready at ${address} after ${seconds(waitedMs)}`,
  exited: ({ description, exitsInARow, restartDelayMs }) => {
    const isLoop = exitsInARow >= CRASH_LOOP_EXITS;
    const loop = isLoop ? `exited ${exitsInARow} times in a row; the other parts keep running; ` : '';
    return `${loop}restarting in ${seconds(restartDelayMs)}. ${description}`;
  },
  stopping: () => 'stopping',
  stopped: ({ forced }) => (forced ? 'stopped by SIGKILL' : 'stopped'),
};

/** Describes an event in one line; in several if it contains log lines. */
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
