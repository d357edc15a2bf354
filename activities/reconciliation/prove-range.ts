import { rangeId, type RangeRequest, type RangeVerdict } from '../contracts/proof-range';
import type { ReconcileResult } from '../contracts/report';
import { findRange, storeRange } from './range-reports';
import { isUnchanged } from './unchanged-range';
import { reconcileRange, type ReconciliationDependencies } from './reconcile-run';

export interface ProveRangeInput {
  readonly request: RangeRequest;
  /** On which the range can be proven again. */
  readonly proofTaskQueue: string;
}

export interface ProveAgainInput {
  /** Index of the pipeline's runs. */
  readonly runs: string;
  readonly run: string;
  readonly number: number;
}

/**
 * Proves a range of a run without end, and stores the verdict; repeating it replaces the verdict.
 *
 * @throws as `reconcileRun`
 */
export async function proveRange(
  dependencies: ReconciliationDependencies,
  { request, proofTaskQueue }: ProveRangeInput,
): Promise<RangeVerdict> {
  const startedAt = new Date().toISOString();
  const { result, next, indexed } = await reconcileRange(dependencies, request);
  const { name, run } = request.scope;
  const proven = { reconciled: result.reconciled, proof: result, indexed, provenAt: new Date().toISOString() };
  const report = { ...request, name, rangeOf: run, proofTaskQueue, startedAt, ...proven };
  await storeRange(dependencies.elasticsearch, report);
  return { ...verdictOf(request.range.number, result), next };
}

/**
 * Proves a range again that was proven before, so that what was changed later is found. While the index is as it was, no
 * topic is read.
 *
 * @returns null when Kafka no longer has all of its raw records, or its verdict is gone
 * @throws as `reconcileRun`
 */
export async function proveRangeAgain(
  dependencies: ReconciliationDependencies,
  { runs, run, number }: ProveAgainInput,
): Promise<Omit<RangeVerdict, 'next'> | null> {
  const { elasticsearch, kafka } = dependencies;
  const report = await findRange(elasticsearch, runs, rangeId(run, number));
  if (report === null) return null;
  const { start } = await kafka.offsets(report.scope.raw.topic);
  const isDeleted = Object.entries(report.scope.raw.from).some(
    ([partition, from]) =>
      BigInt(start[partition] ?? 0) > BigInt(from) && BigInt(report.scope.raw.to[partition] ?? 0) > BigInt(from),
  );
  if (isDeleted) return null;
  const isSame = report.indexed !== null && (await isUnchanged(dependencies, report, report.indexed));
  const { result, indexed } = isSame
    ? { result: report.proof, indexed: report.indexed }
    : await reconcileRange(dependencies, report);
  const proven = { reconciled: result.reconciled, proof: result, indexed, provenAt: new Date().toISOString() };
  await storeRange(elasticsearch, { ...report, ...proven });
  return verdictOf(number, result);
}

function verdictOf(number: number, { reconciled, published, discrepancies }: ReconcileResult) {
  return { number, reconciled, published, discrepancies };
}
