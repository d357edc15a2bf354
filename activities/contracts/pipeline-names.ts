import type { PipelineAliases, PipelineTopics } from './plan';

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
