import type { Config } from '../../workers/config';
import { examineFolders, type freeBytesAt } from './doctor-folders';
import { examinePorts } from './doctor-ports';
import { examineJava, examineMaven, examineNode, examinePython, examineTemporal } from './doctor-tools';
import type { Finding } from './finding';
import { cacheFolder, stateFolder } from './folders';
import { neededParts } from './install/install-parts';
import { isInstalled, type Part } from './install/part';
import type { PartName } from './install/progress';
import { temporalOnPath } from './install/temporal-cli';
import { ProcessRecords } from './processes/process-records';

const MAVEN_PARTS: readonly PartName[] = ['kafka', 'elasticsearch', 'spark-connector'];

/** Where to look; by default at this process and its machine. */
export interface DoctorOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly nodeVersion?: string;
  readonly freeBytes?: typeof freeBytesAt;
}

/**
 * Lists all that keeps the stack from being installed and started, before anything is downloaded: what is wrong, what
 * was found, and how to mend it, in one line each. Empty when nothing is missing.
 */
export async function diagnose(config: Config, options: DoctorOptions = {}): Promise<string[]> {
  const findings = await examine(config, options);
  return findings.flatMap((finding) => ('wrong' in finding ? finding.wrong : []));
}

/** Everything that was looked at, good and bad. Clients of parts that are installed already are not looked for. */
export async function examine(config: Config, options: DoctorOptions = {}): Promise<Finding[]> {
  const { env = process.env, nodeVersion, freeBytes } = options;
  const cache = cacheFolder(config);
  const state = stateFolder(config);
  const parts = neededParts(config);
  const missing = new Set(parts.filter((part) => !isInstalled(part, cache)).map(({ name }) => name));
  const foundTemporal = missing.has('temporal') ? await temporalOnPath(env) : undefined;

  const tools = [
    examineJava(env),
    ...(MAVEN_PARTS.some((part) => missing.has(part)) ? [examineMaven(env)] : []),
    ...(missing.has('spark') ? [examinePython(env)] : []),
    ...(missing.has('temporal') ? [examineTemporal(foundTemporal, env)] : []),
  ];
  if (foundTemporal?.usable === true) missing.delete('temporal');
  const own = new ProcessRecords(state).running().flatMap(({ ports }) => ports);
  return [
    examineNode(nodeVersion),
    ...(await Promise.all(tools)),
    ...parts.filter((part) => isInstalled(part, cache)).map(installed),
    ...(await examinePorts(config, new Set(own))),
    ...(await examineFolders({ cache, state, installing: missing.size > 0 }, freeBytes)),
  ];
}

function installed({ name, version }: Part): Finding {
  return { found: `${name} ${version} is installed` };
}
