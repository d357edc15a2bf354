import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runClient } from './install/client';
import { findExecutable } from './install/executable';
import { javaCommand } from './install/java';
import type { FoundTemporal } from './install/temporal-cli';
import type { Finding } from './finding';

/**
 * Modules of Java that trimmed runtimes lack: the first three are what Elasticsearch needs, the others unpack and
 * compile at installation.
 */
const JAVA_MODULES = ['jdk.attach', 'jdk.jdi', 'jdk.jlink', 'jdk.jartool', 'jdk.compiler'];
const GET_JAVA =
  'Install a full JDK 17 or newer (Debian and Ubuntu: apt install openjdk-17-jdk-headless; macOS: brew install openjdk@17) and set JAVA_HOME if it is not the first `java` on PATH.';
const GET_MAVEN = 'Install it (Debian and Ubuntu: apt install maven; macOS: brew install maven).';
const GET_PYTHON =
  'Install Python 3.10 or newer with venv (Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python).';
const GET_TEMPORAL =
  'Put a `temporal` with server 1.29 or newer on PATH, or Go 1.25 or newer, which builds one (https://go.dev/doc/install).';

/** Node of this process against the `engines` of the project. */
export function examineNode(version = process.versions.node): Finding {
  const manifest = readFileSync(join(__dirname, '../../package.json'), 'utf8');
  const range = (JSON.parse(manifest) as { engines: { node: string } }).engines.node;
  const fits = range.split('||').some((part) => {
    const caret = part.trim().startsWith('^');
    const oldest = part.replace(/[^\d.]/g, '');
    return isAtLeast(version, oldest) && (!caret || version.split('.')[0] === oldest.split('.')[0]);
  });
  if (fits) return { found: `Node ${version}` };
  return { wrong: `Node is ${version}, and ${range} is needed. Install one of these, for example with nvm or fnm.` };
}

/** Java 17 or newer with all modules, wherever `JAVA_HOME` or `PATH` lead. */
export async function examineJava(env: NodeJS.ProcessEnv): Promise<Finding> {
  const java = javaCommand(env);
  if (java === undefined) return { wrong: `Java is missing: no \`java\` in JAVA_HOME or on PATH. ${GET_JAVA}` };
  const output = await ask(java, ['-version'], env);
  // Before 9 it is 1.8.0; a newest release may be `26` alone.
  const version = /version "([^"]+)"/.exec(output)?.[1];
  if (version === undefined) return { wrong: `${java} does not work: ${firstLine(output)}. ${GET_JAVA}` };
  if (!isAtLeast(version, '17')) return { wrong: `Java is too old: ${java} is ${version}. ${GET_JAVA}` };
  const modules = await ask(java, ['--list-modules'], env);
  const lacks = JAVA_MODULES.filter((name) => !new RegExp(`^${name.replace('.', '\\.')}(@|$)`, 'm').test(modules));
  if (lacks.length === 0) return { found: `Java ${version} (${java})` };
  return { wrong: `Java is trimmed: ${java}, ${version}, lacks the modules ${lacks.join(', ')}. ${GET_JAVA}` };
}

export async function examineMaven(env: NodeJS.ProcessEnv): Promise<Finding> {
  const mvn = findExecutable('mvn', env);
  if (mvn === undefined) return { wrong: `Maven is missing: no \`mvn\` on PATH. ${GET_MAVEN}` };
  const output = await ask(mvn, ['--version'], env);
  const version = /Apache Maven (\d[\w.-]*)/.exec(output)?.[1];
  if (version === undefined) return { wrong: `${mvn} does not work: ${firstLine(output)}. ${GET_MAVEN}` };
  if (!isAtLeast(version, '3.6.3')) {
    return { wrong: `Maven is too old: ${mvn} is ${version}, and 3.6.3 is needed. ${GET_MAVEN}` };
  }
  return { found: `Maven ${version} (${mvn})` };
}

export async function examinePython(env: NodeJS.ProcessEnv): Promise<Finding> {
  const python = findExecutable('python3', env);
  if (python === undefined) return { wrong: `Python is missing: no \`python3\` on PATH. ${GET_PYTHON}` };
  const output = await ask(python, ['--version'], env);
  const version = /Python (\d[\w.]*)/.exec(output)?.[1];
  if (version === undefined) return { wrong: `${python} does not work: ${firstLine(output)}. ${GET_PYTHON}` };
  if (!isAtLeast(version, '3.10')) return { wrong: `Python is too old: ${python} is ${version}. ${GET_PYTHON}` };
  // Debian splits both from Python itself.
  const venv = await ask(python, ['-c', 'import venv, ensurepip; print("whole")'], env);
  if (!venv.split('\n').includes('whole'))
    return { wrong: `Python lacks venv: ${python}, ${version}: ${lastLine(venv)}. ${GET_PYTHON}` };
  return { found: `Python ${version} (${python})` };
}

/** A `temporal` that can be used, or a Go that builds one. */
export async function examineTemporal(found: FoundTemporal | undefined, env: NodeJS.ProcessEnv): Promise<Finding> {
  if (found?.usable === true) return { found: `${found.says} (${found.path})` };
  const tooOld = found === undefined ? 'no `temporal` on PATH' : `${found.path} is too old or broken (${found.says})`;
  const go = findExecutable('go', env);
  if (go === undefined) return { wrong: `Temporal is missing: ${tooOld}, and no \`go\` either. ${GET_TEMPORAL}` };
  const output = await ask(go, ['version'], env);
  const version = /go version go(\d[\w.]*)/.exec(output)?.[1];
  if (version !== undefined && isAtLeast(version, '1.25')) return { found: `Go ${version} (${go})` };
  const instead = version === undefined ? `does not work: ${firstLine(output)}` : `is ${version}`;
  return { wrong: `Temporal is missing: ${tooOld}, and ${go} ${instead}. ${GET_TEMPORAL}` };
}

/** Everything that a program writes; how it failed where it does. */
async function ask(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  const signal = AbortSignal.timeout(60_000);
  const failure = await runClient({ program, args, cwd: '/', env, onLine, signal }).then(() => undefined, String);
  return lines.length === 0 && failure !== undefined ? failure : lines.join('\n');
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function lastLine(text: string): string {
  return text.split('\n').at(-1) ?? '';
}

/** Compares dotted numbers as far as `oldest` goes. */
function isAtLeast(version: string, oldest: string): boolean {
  const found = version.split(/[^\d]+/).map(Number);
  for (const [index, wanted] of oldest.split('.').map(Number).entries()) {
    const part = found[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
