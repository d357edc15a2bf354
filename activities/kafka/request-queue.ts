/** What KafkaJS holds of the requests of one connection. */
interface RequestQueue {
  /** Those that cannot be sent yet. */
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: () => void;
}

/**
 * Lets connections of KafkaJS 2.2.4 look at their pending requests only while there are some.
 *
 * It looks a thousand times a second at each connection that ever had an answer: https://github.com/tulios/kafkajs/issues/1704.
 * A worker whose pipeline was idle used three quarters of its CPU time for that. A request that has to wait asks for the
 * look itself.
 */
export function quietRequestQueues(): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is not in the types of the package
  const { prototype } = require('kafkajs/src/network/requestQueue') as { readonly prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
