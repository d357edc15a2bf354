import { seededRandom } from '../support/seeded-random';
import { CaseEnvironment, type FaultServers } from './case-environment';
import type { FaultCase } from './fault-case';
import type { FaultResult } from './fault-result';
import { publishRun, type PublishedRunOptions } from './published-run';

interface FaultRunOptions extends Pick<PublishedRunOptions, 'name'> {
  readonly seed: number;
  readonly readings: number;
}

/** Indexes a published run under a fault case, then checks it with the oracle and with the pipeline's own proof. */
export async function runFault(
  servers: FaultServers,
  faultCase: FaultCase,
  { seed, name, ...options }: FaultRunOptions,
): Promise<FaultResult> {
  const readings = options.readings * (faultCase.scale ?? 1);
  const environment = await CaseEnvironment.open(servers);
  const isIndexed = new AbortController();
  try {
    const random = seededRandom(seed);
    const poisonRandom = seededRandom(seed + 1);
    const poisoned = new Set(
      Array.from({ length: readings }, (_, sequence) => sequence).filter(
        () => poisonRandom() < (faultCase.poison ?? 0),
      ),
    );
    const published = await publishRun(environment, {
      ...{ name, readings },
      isPoison: (sequence) => poisoned.has(sequence),
    });
    const readingsTopic = { topic: published.scope.enriched.topic, kafka: environment.kafka, admin: environment.admin };
    await faultCase.damage?.(readingsTopic);
    const request = await environment.withoutDamage(published);
    faultCase.arrange?.(environment.proxy, random);
    const worker = await environment.startWorker(faultCase.worker?.(random));
    const startedMs = Date.now();
    const meanwhile = faultCase.meanwhile?.({
      proxy: environment.proxy,
      random,
      worker,
      indexed: isIndexed.signal,
      readings: readingsTopic,
      indexer: environment.indexerOf(request),
      alias: request.aliases.readings,
      elasticsearch: environment.json,
      startWorker: () => environment.startWorker(),
      killServers: servers.killServers ?? (() => Promise.reject(new Error('shared servers must not be killed'))),
    });
    let seconds = 0;
    const { from } = published.scope.enriched;
    const indexing = environment.indexRecords(request, from, faultCase.lanes).finally(() => {
      seconds = (Date.now() - startedMs) / 1_000;
      isIndexed.abort();
    });
    // Even if indexing fails, the faults must be removed before the cleanup, which needs the servers.
    const [indexed] = await Promise.all([indexing, meanwhile]).finally(() => meanwhile?.catch(() => undefined));
    environment.proxy.plan = () => null;
    const deadLetter = await environment.indexDeadLetters(request);
    return await environment.result(faultCase, request, { readings: indexed, deadLetter }, seconds);
  } finally {
    await environment.close();
  }
}
