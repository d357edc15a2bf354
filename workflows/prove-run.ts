import { executeChild } from '@temporalio/workflow';
import type { PipelinePlan } from '../activities/contracts/plan';
import type { PlannedIds } from '../activities/contracts/planned-ids';
import type { ReconcileRequest, ReconcileResult } from '../activities/contracts/report';
import type { PreparedTopics } from '../activities/preparation/prepare-topics';
import { reconcile } from './reconcile';
import type { DrainedRun } from './drain';

/** What the proof of a drained run looks at. */
export function reconcileRequest(plan: PipelinePlan, prepared: PreparedTopics, drained: DrainedRun): ReconcileRequest {
  const { name, run, generation, topics, source, rules, aliases } = plan;
  const { start, end: before } = prepared;
  const { ends } = drained;
  return {
    scope: {
      name,
      run,
      generation,
      raw: { topic: topics.raw, from: source.kind === 'topic' ? start.raw : before.raw, to: ends.raw },
      enriched: { topic: topics.enriched, from: before.enriched, to: ends.enriched },
      windows: { topic: topics.windows, from: before.windows, to: ends.windows },
      deadLetter: { topic: topics.deadLetter, from: before.deadLetter, to: ends.deadLetter },
    },
    plan: plannedIds(plan, drained.source?.sha256 ?? null),
    windowMs: rules.windowMs,
    bounded: rules.bounded,
    aliases,
    eventIdField: rules.fields.eventId,
  };
}

/** Runs the proof as a child of its own, so that its verdict stands in a history of its own. */
export async function proveRun(plan: PipelinePlan, request: ReconcileRequest): Promise<ReconcileResult> {
  // A file is parsed a second time, where it lies.
  const taskQueue = plan.source.kind === 'file' ? plan.hostTaskQueue : plan.ioTaskQueue;
  return await executeChild(reconcile, {
    workflowId: `reconcile/${plan.name}/${plan.run}`,
    args: [{ request, taskQueue }],
  });
}

function plannedIds({ source, run }: PipelinePlan, sha256: string | null): PlannedIds | null {
  if (source.kind === 'simulate' && source.records !== null) {
    return { kind: 'sequences', from: 0, to: source.records, devices: source.devices, run };
  }
  if (source.kind === 'file' && sha256 !== null) {
    return { kind: 'file', path: source.path, format: source.format, sha256 };
  }
  return null;
}
