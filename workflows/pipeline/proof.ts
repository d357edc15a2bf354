import type { PipelinePlan } from '../../activities/contracts/plan';
import type { PlannedIds } from '../../activities/contracts/planned-ids';
import type { RangeOffsets, RangeRequest } from '../../activities/contracts/proof-range';
import type { ReconcileRequest } from '../../activities/contracts/report';
import type { PreparedTopics } from '../../activities/preparation/prepare-topics';
import type { SourceResult } from '../sources/paced-source';

/** What the proof needs of a drained run. */
interface Drained {
  readonly source: SourceResult | null;
  readonly ends: RangeOffsets;
}

/** The offsets, ids and indices that the proof of a drained run compares. */
export function reconcileRequest(plan: PipelinePlan, prepared: PreparedTopics, drained: Drained): ReconcileRequest {
  return requestOf(plan, firstOffsets(plan, prepared), drained.ends, plannedIds(plan, drained.source));
}

/** The same for a range of a run without end. */
export function rangeRequest(
  plan: PipelinePlan,
  from: RangeOffsets,
  to: RangeOffsets,
  range: RangeRequest['range'],
): RangeRequest {
  return { ...requestOf(plan, from, to, null), range };
}

/** Whether there is any raw record from `from` to `to`. */
export function hasRaw(from: RangeOffsets, to: RangeOffsets): boolean {
  return Object.entries(to.raw).some(([partition, end]) => BigInt(end) > BigInt(from.raw[partition] ?? 0));
}

/** Where the records of a run begin. */
export function firstOffsets({ source, rules }: PipelinePlan, { start, end }: PreparedTopics): RangeOffsets {
  // A run without end includes what is already there; a bounded one begins where the topics ended before it.
  const before = source.kind === 'topic' && !rules.bounded ? start : end;
  return { ...before, raw: source.kind === 'topic' ? start.raw : before.raw };
}

function requestOf(
  { name, run, windowIdPrefix, topics, rules, aliases }: PipelinePlan,
  from: RangeOffsets,
  to: RangeOffsets,
  planned: PlannedIds | null,
): ReconcileRequest {
  const rangeOf = (topic: keyof RangeOffsets) => ({ topic: topics[topic], from: from[topic], to: to[topic] });
  return {
    scope: {
      ...{ name, run, windowIdPrefix, raw: rangeOf('raw'), enriched: rangeOf('enriched') },
      ...{ windows: rangeOf('windows'), deadLetter: rangeOf('deadLetter') },
    },
    plan: planned,
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
