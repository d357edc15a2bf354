import { cp, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaGateway } from '../../../activities/kafka';
import { until } from '../../support/until';
import { activityEnvironment } from '../sources/activity-environment';
import { openProof, type Proof } from './proof';

const READINGS = 60;
const READ_BEFORE = 10;

let proof: Proof;
beforeAll(async () => {
  proof = await openProof(READINGS);
});
afterAll(async () => {
  await proof.close();
});

/** Reads the first records of partition 0 of the raw topic, and then waits until the proof is cancelled. */
function stalling(kafka: KafkaGateway): KafkaGateway {
  const { topic: raw } = proof.request.scope.raw;
  const readRange: KafkaGateway['readRange'] = async (range, take) => {
    if (range.topic !== raw || range.partition !== 0) {
      await kafka.readRange(range, take);
      return;
    }
    await kafka.readRange({ ...range, to: String(READ_BEFORE) }, (records) =>
      take(records.filter(({ offset }) => Number(offset) < READ_BEFORE)),
    );
    await new Promise((_resolve, reject) => {
      range.signal?.addEventListener('abort', () => {
        reject(range.signal?.reason as Error);
      });
    });
  };
  return { ...kafka, readRange };
}

/** Lets an attempt stop in the middle, and leaves in its folder what it has when everything else is read. */
async function killedAttempt(): Promise<void> {
  const environment = activityEnvironment();
  const { workflowExecution, activityId } = environment.context.info;
  const folder = join(proof.folder, 'scratch', `reconcile-${workflowExecution?.runId ?? ''}-${activityId}-1`);
  const servers = { ...proof.servers, kafka: stalling(proof.servers.kafka) };
  const attempt = proof.reconcile(undefined, environment, servers).catch(() => undefined);
  const hasRead = async (): Promise<boolean> => {
    const text = await readFile(join(folder, 'checkpoint.json'), 'utf8').catch(() => '{}');
    const { documents = {} } = JSON.parse(text) as { documents?: Record<string, { isDone: boolean }> };
    return Object.values(documents).filter(({ isDone }) => isDone).length === 3;
  };
  await until('the checkpoint has all indices', hasRead);
  const kept = join(proof.folder, 'kept');
  await cp(folder, kept, { recursive: true });
  environment.cancel('CANCELLED');
  await attempt;
  await rename(kept, folder);
}

describe('reconcileRun after a kill', () => {
  it('reads on where the attempt before was, and finds the same', async () => {
    const expected = { ...(await proof.reconcile()), durationMs: expect.any(Number) as number };
    await killedAttempt();
    const { kafka } = proof.servers;
    const begun: string[] = [];
    const readRange: KafkaGateway['readRange'] = async (range, take) => {
      if (range.from !== range.to) begun.push(`${range.topic}/${range.partition} from ${range.from}`);
      await kafka.readRange(range, take);
    };
    const servers = { ...proof.servers, kafka: { ...kafka, readRange } };
    const result = await proof.reconcile(undefined, activityEnvironment({ attempt: 2 }), servers);
    expect(result).toEqual(expected);
    const { raw, deadLetter } = proof.request.scope;
    expect(begun.filter((place) => !place.startsWith(deadLetter.topic))).toEqual([
      `${raw.topic}/0 from ${READ_BEFORE}`,
    ]);
    expect(await proof.scratchFiles()).toEqual([]);
  });
});
