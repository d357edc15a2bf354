import { childEnvironment } from '../../workers/child-environment';
import type { Config } from '../../workers/config';
import { inspect } from '../../workers/inspect-source';
import { InspectionFailed } from '../../workers/inspection-failed';
import { inspectionSummary } from '../../workers/inspection-text';
import { installedSpark } from './install/installed-spark';

/** Prints what the file of an input looks like, and what becomes of its first rows, before a run starts. */
export async function printFileAccount(config: Config, input: unknown): Promise<void> {
  const source = sectionOf(input, 'source');
  const { kind, path } = source;
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

function sectionOf(input: unknown, name: string): Readonly<Record<string, unknown>> {
  const section: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined;
  return typeof section === 'object' && section !== null ? (section as Record<string, unknown>) : {};
}
