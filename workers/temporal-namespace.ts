import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';

/** How long closed workflows can be looked at. */
const RETENTION = '7 days';
const POLL_MS = 500;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

/** Registers a namespace where it is missing, and returns when workers can use it; repeating it changes nothing. */
export async function setUpNamespace({ workflowService }: Connection, namespace: string): Promise<void> {
  const request = { namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION) };
  await unless(ALREADY_EXISTS, workflowService.registerNamespace(request));
  // A server learns of a new namespace only when it next looks for them.
  while (!(await unless(NOT_FOUND, workflowService.countWorkflowExecutions({ namespace })))) await sleep(POLL_MS);
}

/** @returns whether the call went through; false where it failed with that gRPC status */
async function unless(status: number, call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isGrpcServiceError(error) && (error.code as number) === status) return false;
    throw error;
  }
}
