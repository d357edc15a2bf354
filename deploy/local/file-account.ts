import { childEnvironment } from '../../workers/child-environment';
import type { Config } from '../../workers/config';
import { inspect } from '../../workers/inspect-source';
import { InspectionFailed } from '../../workers/inspection-failed';
import { inspectionSummary } from '../../workers/inspection-text';
import { sourceOf } from './input-option';
import { installedSpark } from './install/installed-spark';

/** Prints what the file of an input looks like, and what becomes of its first rows, before a run starts. */
export async function printFileAccount(config: Config, input: unknown): Promise<void> {
  const { kind, path } = sourceOf(input);
  if (kind !== 'file' || typeof path !== 'string') return;
  const request = {
    source: { kind, path },
    given: input as object as Record<string, unknown>,
    isComplete: true,
  } as const;
  try {
    const spark = await installedSpark(config, { onEvent: () => undefined, env: childEnvironment(process.env) });
    console.log(`\n${inspectionSummary(await inspect(config, spark, request))}\n`);
  } catch (error) {
    if (!(error instanceof InspectionFailed)) throw error;
    // The run itself fails with a message of its own.
    console.log(`\n${error.message}\n`);
  }
}
