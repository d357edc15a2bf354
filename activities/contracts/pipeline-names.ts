import { z } from 'zod';
import type { PipelineAliases, PipelineTopics } from './plan';

/** Kafka and Elasticsearch both take such a name as a prefix. */
export const pipelineNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,59}$/,
    'expected 1 to 60 lower-case letters, digits, - and _, not starting with - or _',
  );

/** Names of the topics that a pipeline writes beside the raw one. A name holds no full stop, so it is found again. */
export function derivedTopics(name: string): Omit<PipelineTopics, 'raw'> {
  return { enriched: `${name}.enriched`, windows: `${name}.windows`, deadLetter: `${name}.dead-letter` };
}

/** The pipeline that writes a derived topic. */
export function pipelineOf(derivedTopic: string): string {
  const [name = derivedTopic] = derivedTopic.split('.', 1);
  return name;
}

/**
 * Aliases of a pipeline's indices. Since a name holds no full stop, no pattern that begins with one pipeline's alias
 * matches another pipeline's.
 */
export function aliasesOf(name: string): PipelineAliases {
  return {
    readings: `pipeline.${name}.readings`,
    windows: `pipeline.${name}.windows`,
    deadLetters: `pipeline.${name}.dead-letters`,
    runs: `pipeline.${name}.runs`,
  };
}
