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

export function aliasesOf(name: string): PipelineAliases {
  return {
    readings: `${name}-readings`,
    windows: `${name}-windows`,
    deadLetters: `${name}-dead-letters`,
    runs: `${name}-runs`,
  };
}
