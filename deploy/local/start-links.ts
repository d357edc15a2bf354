import type { PipelineRun } from '../../workers/start-pipeline';
import type { StackAddresses } from './stack';
import type { StartOptions } from './start-options';

const ANSWER_TIMEOUT_MS = 5_000;

/** The `temporal` command that starts such a pipeline. */
export function sameCommand({ name, input }: Pick<StartOptions, 'name' | 'input'>): string {
  const argument = input === undefined ? '' : ` --input '${JSON.stringify(input).replaceAll("'", `'\\''`)}'`;
  return `temporal workflow start --type streamingPipeline --task-queue pipeline --workflow-id pipeline/${name}${argument}`;
}

/** Where to look next: only links that answer now. */
export async function closingLinks(
  { temporalUi, elasticsearchNode, page }: StackAddresses,
  run: PipelineRun,
  name: string,
): Promise<string> {
  const workflow = `/namespaces/default/workflows/${encodeURIComponent(run.workflowId)}/${run.runId}/history`;
  const links: readonly (readonly [string, string])[] = [
    ['charts of what is indexed', `${page}?pipeline=${name}`],
    ...(temporalUi === undefined ? [] : [['the run in the Temporal Web UI', `${temporalUi}${workflow}`] as const]),
    ['the newest readings', `${elasticsearchNode}/pipeline.${name}.readings/_search?pretty&size=5&sort=timestamp:desc`],
    ['dead letters with their reasons', `${elasticsearchNode}/pipeline.${name}.dead-letters/_search?pretty&size=5`],
    ['reports of all runs', `${elasticsearchNode}/pipeline.${name}.runs/_search?pretty&sort=startedAt:desc`],
  ];
  const answering = await Promise.all(
    links.map(async ([what, link]) => ((await answers(link)) ? [`  ${what}\n    ${link}`] : [])),
  );
  return ['', 'Look:', ...answering.flat()].join('\n');
}

async function answers(link: string): Promise<boolean> {
  const response = await fetch(link, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok === true;
}
