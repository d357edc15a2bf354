/**
 * Step 1: check the input, and see to it that topics and indices are there.
 *
 * @module
 */
import type { Client } from '@elastic/elasticsearch';
import type { PipelinePlan } from '../contracts/plan';
import type { KafkaGateway } from '../kafka';
import { parseInput, type ParseInputRequest, type TaskQueues } from './parse-input';
import { planRedrive, type RedrivePlan } from './plan-redrive';
import { planReplay, type PlanReplayRequest, type ReplayPlan } from './plan-replay';
import { prepareIndices, type PrepareIndicesInput, type PrepareIndicesResult } from './prepare-indices';
import { prepareTopics, topicEnds, type PreparedTopics, type TopicPositions } from './prepare-topics';

export interface PreparationActivities {
  parseInput(request: ParseInputRequest): Promise<PipelinePlan>;
  planReplay(request: PlanReplayRequest): Promise<ReplayPlan>;
  planRedrive(request: { readonly input: unknown }): Promise<RedrivePlan>;
  prepareTopics(plan: PipelinePlan): Promise<PreparedTopics>;
  topicEnds(plan: PipelinePlan): Promise<TopicPositions>;
  prepareIndices(input: PrepareIndicesInput): Promise<PrepareIndicesResult>;
}

export function createPreparationActivities({
  kafka,
  elasticsearch,
  taskQueues,
  dashboards,
}: {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  readonly taskQueues: TaskQueues;
  /** Whether the worker has a Kibana to bring dashboards into. */
  readonly dashboards: boolean;
}): PreparationActivities {
  return {
    // Throws synchronously on bad input, which must become a rejected promise.
    parseInput: (request) =>
      Promise.resolve().then(() => ({ ...parseInput(taskQueues, request), ...(dashboards ? { dashboards } : {}) })),
    planReplay: (request) => planReplay(kafka, taskQueues.io, request),
    planRedrive: (request) => planRedrive(kafka, taskQueues.io, request),
    prepareTopics: (plan) => prepareTopics(kafka, plan),
    topicEnds: (plan) => topicEnds(kafka, plan),
    prepareIndices: (input) => prepareIndices(elasticsearch, input),
  };
}
