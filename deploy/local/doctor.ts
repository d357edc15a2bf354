import { statSync } from 'node:fs';
import { mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { coerce, gte, satisfies } from 'semver';
import { engines } from '../../package.json';
import type { Config } from '../../workers/config';
import { cacheFolder, nearestExisting, stateFolder } from './folders';
import { neededParts } from './install/install-parts';
import { isInstalled, type PartName } from './install/part';
import { temporalOnPath } from './install/pinned-parts';
import { findExecutable, javaCommand, runProgram } from './install/programs';
import { isFree, portOwner } from './processes/ports';
import { ProcessRecords } from './processes/process-records';

const GIGABYTE = 1e9;
/** Downloads, and the caches of the programs that download them. */
const INSTALL_GIGABYTES = 5;
/** Elasticsearch rejects writes when less than 0.5 GB is free. */
const RUN_GIGABYTES = 1;

/** The result of one check, in one line: what is fine, or what is wrong and how to fix it. */
export type CheckResult = { readonly ok: string } | { readonly problem: string };

/** What to check; by default this process and its machine. `freeBytes` are those at an existing path. */
export interface DoctorOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** For a stack whose servers are protected. */
  readonly isSecure?: boolean;
  readonly nodeVersion?: string;
  readonly freeBytes?: (path: string) => Promise<number>;
}

/**
 * Checks everything that can prevent the stack from being installed or started. Nothing is downloaded. Programs that
 * install a part are checked only if that part is missing.
 */
export async function runChecks(config: Config, options: DoctorOptions = {}): Promise<CheckResult[]> {
  const { env = process.env, isSecure = false, nodeVersion = process.versions.node, freeBytes = freeBytesAt } = options;
  const [cache, state] = [cacheFolder(config), stateFolder(config)];
  const parts = neededParts(config, isSecure);
  const missing = new Set(parts.filter((part) => !isInstalled(part, cache)).map(({ name }) => name));
  const installed = parts.filter(({ name }) => !missing.has(name));
  const temporal = missing.has('temporal') ? await temporalOnPath(env) : undefined;
  if (temporal !== undefined) missing.delete('temporal');

  const tools = TOOLS.filter((tool) => tool.parts === undefined || tool.parts.some((part) => missing.has(part)));
  const ownPorts = new ProcessRecords(state).running().flatMap(({ ports }) => ports);
  const folders: WrittenFolder[] = [
    { setting: 'PIPELINE_CACHE_DIR', path: cache, gigabytes: missing.size > 0 ? INSTALL_GIGABYTES : RUN_GIGABYTES },
    { setting: 'PIPELINE_STATE_DIR', path: state, gigabytes: RUN_GIGABYTES },
  ];
  return [
    checkNode(nodeVersion),
    ...(await Promise.all(tools.map((tool) => checkTool(tool, env)))),
    ...(temporal === undefined ? [] : [{ ok: `${temporal.version} (${temporal.path})` }]),
    ...installed.map(({ name, version }) => ({ ok: `${name} ${version} is installed` })),
    ...(await checkPorts(portSettings(config, isSecure), config, new Set(ownPorts))),
    ...(await checkFolders(folders, freeBytes)),
  ];
}

/** Runs all checks and returns the problems; empty if the stack can start. */
export async function findProblems(config: Config, options: DoctorOptions = {}): Promise<string[]> {
  return (await runChecks(config, options)).flatMap((result) => ('problem' in result ? result.problem : []));
}

/** A program that is required in a minimum version. */
interface Tool {
  readonly name: string;
  readonly command: string;
  /** Arguments that print the version. */
  readonly args: readonly string[];
  readonly minVersion: string;
  readonly install: string;
  /** Java modules, which minimal runtimes may lack. */
  readonly modules?: readonly string[];
  /** The parts that it installs; if undefined, it is always required. */
  readonly parts?: readonly PartName[];
}

const VERSION = /(?:version "|Maven |Python )(\d[\w.-]*)/;

const TOOLS: readonly Tool[] = [
  {
    name: 'Java',
    command: 'java',
    args: ['-version'],
    minVersion: '17.0.0',
    install:
      'a full JDK 17 or newer (Debian and Ubuntu: apt install openjdk-17-jdk-headless; macOS: brew install openjdk@17) and set JAVA_HOME if it is not the first `java` on PATH',
    // Elasticsearch requires the first three; the installation unpacks and compiles with the others.
    modules: ['jdk.attach', 'jdk.jdi', 'jdk.jlink', 'jdk.jartool', 'jdk.compiler'],
  },
  {
    name: 'Maven',
    command: 'mvn',
    args: ['--version'],
    minVersion: '3.6.3',
    install: 'Maven 3.6.3 or newer (Debian and Ubuntu: apt install maven; macOS: brew install maven)',
    parts: ['kafka', 'elasticsearch', 'spark'],
  },
  {
    name: 'Python',
    command: 'python3',
    // Debian packages these two modules separately.
    args: ['-c', 'import platform, venv, ensurepip; print("Python", platform.python_version())'],
    minVersion: '3.10.0',
    install:
      'Python 3.10 or newer with venv (Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python)',
    parts: ['temporal', 'caddy'],
  },
];

function checkNode(version: string): CheckResult {
  if (satisfies(version, engines.node)) return { ok: `Node ${version}` };
  const fix = 'Install one of these, for example with nvm or fnm.';
  return { problem: `Node is ${version}, but ${engines.node} is required. ${fix}` };
}

async function checkTool(tool: Tool, env: NodeJS.ProcessEnv): Promise<CheckResult> {
  const problem = (what: string): CheckResult => ({ problem: `${what}. Install ${tool.install}.` });
  const program = tool.command === 'java' ? javaCommand(env) : findExecutable(tool.command, env);
  if (program === undefined) return problem(`${tool.name} is missing: no \`${tool.command}\` on PATH`);
  const outputOf = async (args: readonly string[]): Promise<string[]> => {
    const run = { program, args, cwd: '/', env, signal: AbortSignal.timeout(60_000) };
    return (await runProgram(run).catch(String)).split('\n').map((line) => line.trim());
  };
  const output = await outputOf(tool.args);
  const version = VERSION.exec(output.join('\n'))?.[1];
  if (version === undefined) return problem(`${program} does not work: ${output.at(-1) ?? ''}`);
  if (!gte(coerce(version) ?? '0.0.0', tool.minVersion))
    return problem(`${tool.name} is too old: ${program} is ${version}`);
  if (tool.modules !== undefined) {
    const modules = (await outputOf(['--list-modules'])).map((line) => line.split('@')[0]);
    const missing = tool.modules.filter((name) => !modules.includes(name)).join(', ');
    if (missing !== '')
      return problem(`${tool.name} is incomplete: ${program}, ${version}, lacks the modules ${missing}`);
  }
  return { ok: `${tool.name} ${version} (${program})` };
}

type PortSetting = keyof Config & `${string}_PORT`;

/** The settings of the ports that the stack listens on. */
function portSettings(config: Config, isSecure: boolean): PortSetting[] {
  const settings: PortSetting[] = ['PAGE_PORT'];
  if (config.TEMPORAL_ADDRESS === undefined)
    settings.push('TEMPORAL_PORT', isSecure ? 'TEMPORAL_DEV_PORT' : 'TEMPORAL_UI_PORT');
  if (config.KAFKA_BROKERS === undefined) settings.push('KAFKA_PORT', 'KAFKA_CONTROLLER_PORT');
  if (config.ELASTICSEARCH_NODE === undefined) settings.push('ELASTICSEARCH_PORT', 'ELASTICSEARCH_TRANSPORT_PORT');
  return settings;
}

/** @param own - ports of servers that an earlier launcher left running; the next start stops these */
async function checkPorts(
  settings: readonly PortSetting[],
  config: Config,
  own: ReadonlySet<number>,
): Promise<CheckResult[]> {
  const results = settings.map(async (setting, index): Promise<CheckResult> => {
    const port = config[setting];
    const same = settings.slice(0, index).find((earlier) => config[earlier] === port);
    if (same !== undefined)
      return { problem: `${setting} and ${same} are both ${port}. Set one of them to another port.` };
    if (own.has(port)) return { ok: `Port ${port} (${setting}) is used by our own server` };
    if (await isFree(port)) return { ok: `Port ${port} (${setting}) is free` };
    const owner = portOwner(port);
    const why = owner === undefined ? 'cannot be listened on. Set' : `is in use by ${owner}. Stop it, or set`;
    return { problem: `Port ${port} (${setting}) ${why} ${setting} to a free port.` };
  });
  return Promise.all(results);
}

/** A folder that is written to, the setting that moves it, and the free space that it needs. */
interface WrittenFolder {
  readonly setting: 'PIPELINE_CACHE_DIR' | 'PIPELINE_STATE_DIR';
  readonly path: string;
  readonly gigabytes: number;
}

/** Checks that folders are writable and that each of their disks has enough space; none needs to exist. */
async function checkFolders(
  folders: readonly WrittenFolder[],
  freeBytes: (path: string) => Promise<number>,
): Promise<CheckResult[]> {
  const diskOf = ({ path }: WrittenFolder): number => statSync(nearestExisting(path)).dev;
  const firstOnDisk = folders.filter((folder) => folder === folders.find((each) => diskOf(each) === diskOf(folder)));
  return Promise.all([
    ...folders.map(checkWritable),
    ...firstOnDisk.map(async (folder) => checkSpace(folder, await freeBytes(nearestExisting(folder.path)))),
  ]);
}

/** Creates a folder: permission bits do not reveal a read-only disk. */
async function checkWritable({ setting, path }: WrittenFolder): Promise<CheckResult> {
  const existing = nearestExisting(path);
  try {
    await rmdir(await mkdtemp(join(existing, '.doctor-')));
    return { ok: `${path} is writable` };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { problem: `${path} is not writable: ${code} at ${existing}. Set ${setting} to another folder.` };
  }
}

function checkSpace({ setting, path, gigabytes: needed }: WrittenFolder, freeBytes: number): CheckResult {
  const free = `${(freeBytes / GIGABYTE).toFixed(1)} GB free at ${path}`;
  if (freeBytes >= needed * GIGABYTE) return { ok: free };
  return { problem: `Not enough disk space: ${free}, but ${needed} GB are needed. Free some, or set ${setting}.` };
}

async function freeBytesAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
