import { z } from 'zod';
import type { InspectionRequest } from '../contracts/inspection';
import { parseWorkflowInput } from '../contracts/workflow-input';

/** What to inspect, and the task queue of the machine that can see it. */
export interface InspectionPlan extends InspectionRequest {
  readonly taskQueue: string;
}

const inspectionInputSchema = z
  .strictObject({
    path: z.string().min(1).optional().describe('Path of a file on the machine of the worker'),
    topic: z.string().min(1).max(249).optional(),
    input: z.record(z.string(), z.unknown()).default({}).describe('Settings that are known already'),
  })
  .refine(({ path, topic }) => (path === undefined) !== (topic === undefined), 'expected either path or topic');

/**
 * Checks the input of an inspection.
 *
 * @param queues - a file is read where it is; `io` reads topics
 * @throws InvalidInput naming every bad field at once
 */
export function planInspection(
  queues: { readonly io: string; readonly host: string },
  { input }: { readonly input: unknown },
): InspectionPlan {
  const { path, topic = '', input: given } = parseWorkflowInput('inspection', inspectionInputSchema, input);
  const common = { given, isComplete: false };
  if (path === undefined) return { source: { kind: 'topic', topic }, ...common, taskQueue: queues.io };
  return { source: { kind: 'file', path }, ...common, taskQueue: queues.host };
}
