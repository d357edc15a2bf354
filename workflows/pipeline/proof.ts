import type { PipelinePlan } from '../../activities/contracts/plan';
import type { PlannedIds } from '../../activities/contracts/planned-ids';
import type { ReconcileRequest } from '../../activities/contracts/report';
import type { PreparedTopics } from '../../activities/preparation/prepare-topics';
import type { DrainedRun } from './drain';
import type { SourceResult } from '../sources/paced-source';

/** The offsets, ids and indices that the proof of a drained run compares. */
export function reconcileRequest(plan: PipelinePlan, prepared: PreparedTopics, drained: DrainedRun): ReconcileRequest {
  const { name, run, windowIdPrefix, topics, source, rules, aliases } = plan;
  const { ends } = drained;
  // A run without end includes what is already there; a bounded one begins where the topics ended before it.
  const before = source.kind === 'topic' && !rules.bounded ? prepared.start : prepared.end;
  return {
    scope: {
      name,
      run,
      windowIdPrefix,
      raw: { topic: topics.raw, from: source.kind === 'topic' ? prepared.start.raw : before.raw, to: ends.raw },
      enriched: { topic: topics.enriched, from: before.enriched, to: ends.enriched },
      windows: { topic: topics.windows, from: before.windows, to: ends.windows },
      deadLetter: { topic: topics.deadLetter, from: before.deadLetter, to: ends.deadLetter },
    },
    plan: plannedIds(plan, drained.source),
    windowMs: rules.windowMs,
    bounded: rules.bounded,
    aliases,
    valueFormat: rules.valueFormat,
    ...(rules.protect === undefined ? {} : { protectKeyFingerprint: rules.protect.keyFingerprint }),
    eventId: rules.fields.eventId,
  };
}

/** A file is parsed a second time, on the machine that has it. */
export function proofTaskQueue({ source, hostTaskQueue, ioTaskQueue }: PipelinePlan): string {
  return source.kind === 'file' ? hostTaskQueue : ioTaskQueue;
}

/** What the source was to publish, up to where an operator stopped it; never what the source reports to have published. */
function plannedIds({ source, run, rules }: PipelinePlan, published: SourceResult | null): PlannedIds | null {
  if (published === null) return null;
  const { file, stoppedAt } = published;
  if (source.kind === 'simulate') {
    return { kind: 'sequences', from: 0, to: stoppedAt ?? source.records ?? 0, devices: source.devices, run };
  }
  if (source.kind === 'file' && file !== null) {
    const cut = stoppedAt === undefined ? {} : { to: stoppedAt };
    const { sha256, bytes } = file;
    return { ...source, sha256, bytes, device: rules.fields.deviceId, ...cut };
  }
  return null;
}
