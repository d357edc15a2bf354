import { z } from 'zod';
import type { PipelineAliases, PipelineTopics } from './plan';

/** Kafka and Elasticsearch both accept such a name as a prefix. */
export const pipelineNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,59}$/,
    'expected 1 to 60 lower-case letters, digits, - and _, not starting with - or _',
  );

/** Returns the raw topic that a pipeline fills itself, from a simulation or a file; a topic source reads one of others. */
export function ownRawTopic(name: string): string {
  return `${name}.raw`;
}

/** Whether a pipeline fills its raw topic itself. Only in such a topic a record can belong to another run. */
export function fillsRawTopic(name: string, rawTopic: string): boolean {
  return rawTopic === ownRawTopic(name);
}

/** Returns the topics that a pipeline writes beside the raw one; see `pipelineOf`. */
export function derivedTopics(name: string): Omit<PipelineTopics, 'raw'> {
  return { enriched: `${name}.enriched`, windows: `${name}.windows`, deadLetter: `${name}.dead-letter` };
}

/** Returns the name of the pipeline that writes a derived topic; a name contains no dot. */
export function pipelineOf(derivedTopic: string): string {
  const [name = derivedTopic] = derivedTopic.split('.', 1);
  return name;
}

/** Since a name contains no dot, no pattern that starts with one pipeline's alias matches another pipeline's alias. */
export function aliasesOf(name: string): PipelineAliases {
  return {
    readings: `${aliasPrefix(name)}readings`,
    windows: `${aliasPrefix(name)}windows`,
    deadLetters: `${aliasPrefix(name)}dead-letters`,
    runs: `${aliasPrefix(name)}runs`,
  };
}

/** Returns the beginning of the names of the private consumer groups that read a topic; no topic has a slash in its name. */
export function readGroupPrefix(topic: string): string {
  return `pipeline-read/${topic}/`;
}

/** Returns the beginning of the names of a pipeline's indices and aliases, and of the groups that mirror its checkpoints. */
export function aliasPrefix(name: string): string {
  return `pipeline.${name}.`;
}
