import type { Config } from '../../workers/config';
import { examineFolders } from './doctor-folders';
import { examinePorts } from './doctor-ports';
import { examineNode, examineTool, TOOLS } from './doctor-tools';
import type { Finding } from './finding';
import { cacheFolder, stateFolder } from './folders';
import { neededParts } from './install/install-parts';
import { isInstalled } from './install/part';
import { temporalOnPath } from './install/temporal-cli';
import { ProcessRecords } from './processes/process-records';

/** Where to look; by default at this process and its machine. */
export interface DoctorOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly nodeVersion?: string;
  /** Bytes that may still be written at a path that exists. */
  readonly freeBytes?: (path: string) => Promise<number>;
}

/**
 * Lists all that keeps the stack from being installed and started, before anything is downloaded: what is wrong, what
 * was found, and how to mend it, in one line each. Empty when nothing is missing.
 */
export async function diagnose(config: Config, options: DoctorOptions = {}): Promise<string[]> {
  return wrongOf(await examine(config, options));
}

export function wrongOf(findings: readonly Finding[]): string[] {
  return findings.flatMap((finding) => ('wrong' in finding ? finding.wrong : []));
}

/** Everything that was looked at, good and bad. Clients of parts that are installed already are not looked for. */
export async function examine(config: Config, options: DoctorOptions = {}): Promise<Finding[]> {
  const { env = process.env, nodeVersion, freeBytes } = options;
  const [cache, state] = [cacheFolder(config), stateFolder(config)];
  const parts = neededParts(config);
  const missing = new Set(parts.filter((part) => !isInstalled(part, cache)).map(({ name }) => name));
  const installed = parts.filter(({ name }) => !missing.has(name));
  const temporal = missing.has('temporal') ? await temporalOnPath(env) : undefined;
  if (temporal !== undefined) missing.delete('temporal');

  const tools = TOOLS.filter(({ parts: its }) => its === undefined || its.some((part) => missing.has(part)));
  const own = new ProcessRecords(state).running().flatMap(({ ports }) => ports);
  return [
    examineNode(nodeVersion),
    ...(await Promise.all(tools.map((tool) => examineTool(tool, env)))),
    ...(temporal === undefined ? [] : [{ found: `${temporal.says} (${temporal.path})` }]),
    ...installed.map(({ name, version }) => ({ found: `${name} ${version} is installed` })),
    ...(await examinePorts(config, new Set(own))),
    ...(await examineFolders({ cache, state, installing: missing.size > 0 }, freeBytes)),
  ];
}
