import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** With these `temporal workflow list --query` finds pipelines; the worker registers them in its namespace. */
export const SEARCH_ATTRIBUTES = {
  /** Of a pipeline and of all its parts: the workflow id after `pipeline/`. */
  name: defineSearchAttributeKey('PipelineName', SearchAttributeType.KEYWORD),
  /** RUNNING, or the state of the part that needs an operator most. */
  state: defineSearchAttributeKey('PipelineState', SearchAttributeType.KEYWORD),
  /** The part that needs an operator most, else the phase of the run. */
  stage: defineSearchAttributeKey('PipelineStage', SearchAttributeType.KEYWORD),
} as const;
