import { quietRequestQueues } from '../../../activities/kafka/request-queue';

interface Queue {
  readonly pending: unknown[];
  readonly inflight: Map<number, unknown>;
  checkPendingRequests: () => void;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- it is not in the types of the package
const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => Queue;

beforeAll(() => {
  quietRequestQueues();
});
beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Of a connection whose one request at a time is under way. */
function busyQueue(): Queue {
  const queue = new RequestQueue({
    ...{ maxInFlightRequests: 1, requestTimeout: 1_000, clientId: 'test', broker: 'test:9092' },
    ...{ logger: { debug: () => undefined }, isConnected: () => true },
  });
  queue.inflight.set(1, {});
  return queue;
}

describe('the request queue of a connection', () => {
  it('sets no timer while no request waits', () => {
    busyQueue().checkPendingRequests();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is looked at again while a request waits', () => {
    const queue = busyQueue();
    queue.pending.push({});
    queue.checkPendingRequests();
    expect(jest.getTimerCount()).toBe(1);
  });
});
