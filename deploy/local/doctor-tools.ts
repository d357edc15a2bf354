import { coerce, gte, satisfies } from 'semver';
import { engines } from '../../package.json';
import type { Finding } from './finding';
import { findExecutable, runClient } from './install/client';
import type { PartName } from './install/install-task';
import { javaCommand } from './install/java';

/** A program that has to be there in a version. */
interface Tool {
  readonly name: string;
  readonly command: string;
  /** Makes it tell its version. */
  readonly args: readonly string[];
  readonly oldest: string;
  readonly install: string;
  /** Trimmed runtimes lack some. */
  readonly modules?: readonly string[];
  /** What it installs; without these it is needed in any case. */
  readonly parts?: readonly PartName[];
}

const VERSION = /(?:version "|Maven |Python )(\d[\w.-]*)/;

export const TOOLS: readonly Tool[] = [
  {
    name: 'Java',
    command: 'java',
    args: ['-version'],
    oldest: '17.0.0',
    install:
      'a full JDK 17 or newer (Debian and Ubuntu: apt install openjdk-17-jdk-headless; macOS: brew install openjdk@17) and set JAVA_HOME if it is not the first `java` on PATH',
    // Elasticsearch needs the first three, and the others unpack and compile at installation.
    modules: ['jdk.attach', 'jdk.jdi', 'jdk.jlink', 'jdk.jartool', 'jdk.compiler'],
  },
  {
    name: 'Maven',
    command: 'mvn',
    args: ['--version'],
    oldest: '3.6.3',
    install: 'Maven 3.6.3 or newer (Debian and Ubuntu: apt install maven; macOS: brew install maven)',
    parts: ['kafka', 'elasticsearch', 'spark-connector'],
  },
  {
    name: 'Python',
    command: 'python3',
    // Debian splits two modules from Python itself.
    args: ['-c', 'import platform, venv, ensurepip; print("Python", platform.python_version())'],
    oldest: '3.10.0',
    install:
      'Python 3.10 or newer with venv (Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python)',
    parts: ['temporal', 'spark'],
  },
];

/** Node of this process against the `engines` of the project. */
export function examineNode(version = process.versions.node): Finding {
  const range = engines.node;
  if (satisfies(version, range)) return { found: `Node ${version}` };
  return { wrong: `Node is ${version}, and ${range} is needed. Install one of these, for example with nvm or fnm.` };
}

export async function examineTool(tool: Tool, env: NodeJS.ProcessEnv): Promise<Finding> {
  const wrong = (what: string): Finding => ({ wrong: `${what}. Install ${tool.install}.` });
  const program = tool.command === 'java' ? javaCommand(env) : findExecutable(tool.command, env);
  if (program === undefined) return wrong(`${tool.name} is missing: no \`${tool.command}\` on PATH`);
  const ask = async (args: readonly string[]): Promise<string[]> => {
    const run = { program, args, cwd: '/', env, signal: AbortSignal.timeout(60_000) };
    return (await runClient(run).catch(String)).split('\n').map((line) => line.trim());
  };
  const answer = await ask(tool.args);
  const version = VERSION.exec(answer.join('\n'))?.[1];
  if (version === undefined) return wrong(`${program} does not work: ${answer.at(-1) ?? ''}`);
  if (!gte(coerce(version) ?? '0.0.0', tool.oldest)) return wrong(`${tool.name} is too old: ${program} is ${version}`);
  if (tool.modules !== undefined) {
    const modules = (await ask(['--list-modules'])).map((line) => line.split('@')[0]);
    const lacking = tool.modules.filter((name) => !modules.includes(name)).join(', ');
    if (lacking !== '') return wrong(`${tool.name} is trimmed: ${program}, ${version}, lacks the modules ${lacking}`);
  }
  return { found: `${tool.name} ${version} (${program})` };
}
