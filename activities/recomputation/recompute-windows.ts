import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import type { TopicRange } from '../contracts/offsets';
import { windowId } from '../contracts/window';
import { overcountedWindows } from '../elasticsearch/overcounted-windows';
import { lastHeartbeat } from '../heartbeat';
import type { KafkaGateway } from '../kafka';
import { rejectedReadings } from './rejected-readings';
import { sharedWindows, timeSharedWithOthers, type PagePosition, type SharedWindowsRequest } from './shared-windows';
import { hasOverwritten } from './has-overwritten';
import { windowAccounts } from './window-accounts';
import type { WindowAccount, WindowKey, WindowRules } from './window-account';

const HEARTBEAT_MS = 2_000;

const progressSchema = z.object({
  /** Start of the first window that is not done, in epoch ms: Temporal keeps no device. Null: none is done. */
  fromMs: z.number().nullable(),
  /** Windows recomputed before it. */
  recomputed: z.int(),
});

export interface RecomputeWindowsInput extends WindowRules {
  /** Aliases. */
  readonly readings: string;
  readonly windows: string;
  /** Alias of the dead letters. */
  readonly deadLetterIndex: string;
  readonly windowsTopic: string;
  readonly enrichedTopic: string;
  /** The dead letters of the run so far; null if the index rejected none of its readings. */
  readonly deadLetters: TopicRange | null;
}

interface RecomputationDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  /** Fault injection at `recompute-after-publish`. */
  readonly crash: (point: string) => void;
}

/**
 * Publishes to the windows topic the account of each window that holds readings of this run and of others, as the Spark
 * job would have written it for all of them: distinct readings that are indexed, or that the index rejected. So Kafka
 * stays the only way into the index, for other writers too.
 *
 * The readings of this run may have been in other windows before, since an earlier run read other times or devices for
 * them. Each window that counts more readings than it has gets a new account too; one without readings a count of 0.
 *
 * It is called when the readings of the run are indexed and before the end of the windows topic is taken. A retry
 * resumes at the start that the last page of windows has come to; publishing one again changes nothing. Its memory holds a page of windows, and
 * what `rejectedReadings` says. Without readings of other runs in the time of this one, and
 * if none of its readings was indexed before, it asks a few questions.
 *
 * @returns the number of windows that were recomputed
 * @throws ServiceUnavailable when Kafka or Elasticsearch does not respond
 * @throws IndexMisconfigured when Elasticsearch rejects a request
 */
export async function recomputeWindows(
  dependencies: RecomputationDependencies,
  input: RecomputeWindowsInput,
): Promise<number> {
  const { kafka, elasticsearch, crash } = dependencies;
  const { readings: index, run, windowMs } = input;
  const context = Context.current();
  const signal = context.cancellationSignal;
  const progress = lastHeartbeat(progressSchema) ?? { fromMs: null, recomputed: 0 };
  const heartbeat = setInterval(() => {
    context.heartbeat(progress);
  }, HEARTBEAT_MS);
  try {
    const rejected = await rejectedReadings(dependencies, { ...input, signal });
    const accountsRequest = { index, rules: input, rejected: [...rejected.values()], signal };
    const publishAccounts: PublishAccounts = async (windows, isWanted = ({ isShared }) => isShared) => {
      let published = 0;
      for await (const accounts of windowAccounts(elasticsearch, accountsRequest, windows)) {
        const records = accounts.filter(isWanted).map((account) => account.record());
        await kafka.publish(input.windowsTopic, records);
        published += records.length;
        crash('recompute-after-publish');
      }
      return published;
    };

    // Only the index tells which of these are shared.
    const ofRejected = new Map(accountsRequest.rejected.map((reading) => [reading.windowId, reading]));
    const recomputedOfRejected = await publishAccounts([...ofRejected.values()]);

    const request = { index, run, windowMs, signal };
    const isOther = ({ deviceId, startMs }: WindowKey): boolean =>
      !ofRejected.has(windowId(deviceId, startMs, windowMs));
    await recomputeShared(
      elasticsearch,
      { ...request, progress, heartbeat: context.heartbeat.bind(context) },
      (windows) => publishAccounts(windows.filter(isOther)),
    );
    const isMoved = await hasOverwritten(elasticsearch, request);
    const left = isMoved ? await recomputeLeft(elasticsearch, { ...input, signal }, publishAccounts) : 0;
    return progress.recomputed + recomputedOfRejected + left;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Publishes the accounts of those windows that are wanted. @returns their number */
type PublishAccounts = (
  windows: readonly WindowKey[],
  isWanted?: (account: WindowAccount) => boolean,
) => Promise<number>;

interface SharedRequest extends SharedWindowsRequest {
  /** Where an earlier attempt has come to; moved on. */
  readonly progress: z.infer<typeof progressSchema>;
  readonly heartbeat: (progress: z.infer<typeof progressSchema>) => void;
}

/** Recomputes the windows that hold readings of this run and of others, page by page. */
async function recomputeShared(
  elasticsearch: Client,
  { progress, heartbeat, ...request }: SharedRequest,
  publishAccounts: PublishAccounts,
): Promise<void> {
  const time = await timeSharedWithOthers(elasticsearch, request);
  let after: PagePosition | null = null;
  /** Recomputed windows with the same start as the first one of the next page. */
  let unfinished = 0;
  while (time !== null) {
    const left = { ...time, fromMs: progress.fromMs ?? time.fromMs };
    const { windows, next } = await sharedWindows(elasticsearch, request, left, after);
    const nextMs = next?.start ?? time.toMs;
    const done = await publishAccounts(windows.filter(({ startMs }) => startMs < nextMs));
    const begun = await publishAccounts(windows.filter(({ startMs }) => startMs === nextMs));
    if (nextMs > left.fromMs) {
      // Together, since a heartbeat may come at any time.
      Object.assign(progress, { fromMs: nextMs, recomputed: progress.recomputed + unfinished + done });
      unfinished = 0;
    }
    unfinished += begun;
    if (next === null) break;
    after = next;
    heartbeat(progress);
  }
}

/** Recomputes the windows that readings have left, in which no reading of this run is. */
async function recomputeLeft(
  elasticsearch: Client,
  request: RecomputeWindowsInput & { readonly signal: AbortSignal },
  publishAccounts: PublishAccounts,
): Promise<number> {
  const { windowMs } = request;
  let published = 0;
  for await (const windows of overcountedWindows(elasticsearch, request)) {
    const counts = new Map(windows.map((each) => [windowId(each.deviceId, each.startMs, windowMs), each.count]));
    published += await publishAccounts(windows, ({ id, count }) => count < (counts.get(id) ?? 0));
  }
  return published;
}
