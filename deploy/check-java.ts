/**
 * Checks the format of the Java sources by google-java-format, and compiles them with every warning of javac and Error
 * Prone as an error: `npm run lint:java`. With `--fix` it formats them.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { loadConfig } from '../workers/config';
import { cacheFolder } from './local/folders';
import { artifactFiles, artifactsPart } from './local/install/artifacts';
import { installPart, partFolder } from './local/install/part';
import { JAVA_RELEASE, javaSources, sparkPart } from './local/install/pinned-parts';
import { findJava } from './local/install/programs';
import { printEvent } from './local/stack-event';
import versions from './local/versions.json';

const toolsPart = artifactsPart('java-tools', versions.javaTools.version, versions.javaTools.artifacts);
/** Packages of javac that both tools use. */
const JAVAC = ['api', 'code', 'comp', 'file', 'main', 'model', 'parser', 'processing', 'tree', 'util'];
const EXPORTS = JAVAC.map((name) => `--add-exports=jdk.compiler/com.sun.tools.javac.${name}=ALL-UNNAMED`);
const OPENS = ['code', 'comp'].map((name) => `--add-opens=jdk.compiler/com.sun.tools.javac.${name}=ALL-UNNAMED`);
/** Nobody compares the records that hold bytes. */
const ERROR_PRONE = '-Xplugin:ErrorProne -Xep:ArrayRecordComponent:OFF';

async function main(): Promise<void> {
  const cache = cacheFolder(loadConfig());
  for (const part of [toolsPart, sparkPart]) await installPart(part, { cache, onEvent: printEvent, env: process.env });
  const { javaHome } = await findJava(process.env);
  const jars = artifactFiles(versions.javaTools.artifacts).map((jar) => join(partFolder(toolsPart, cache), jar));
  const tools = jars.join(delimiter);
  const mode = process.argv.includes('--fix') ? ['--replace'] : ['--dry-run', '--set-exit-if-changed'];
  const formatter = ['-cp', tools, 'com.google.googlejavaformat.java.Main', ...mode];
  const isFormatted = run(join(javaHome, 'bin', 'java'), [...EXPORTS, ...formatter, ...javaSources()]);
  if (!isFormatted) console.error('These files are not formatted: `npm run format` formats them.');
  const classes = mkdtempSync(join(tmpdir(), 'check-java-'));
  const javac = [
    ...[...EXPORTS, ...OPENS].map((option) => `-J${option}`),
    ...['--release', JAVA_RELEASE, '-XDcompilePolicy=simple', '--should-stop=ifError=FLOW'],
    ...['-Xlint:all,-processing,-classfile,-options', '-Werror', '-processorpath', tools, ERROR_PRONE],
    ...['-cp', join(partFolder(sparkPart, cache), '*'), '-d', classes],
  ];
  const isClean = run(join(javaHome, 'bin', 'javac'), [...javac, ...javaSources()]);
  rmSync(classes, { recursive: true });
  if (!isFormatted || !isClean) process.exitCode = 1;
}

function run(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0;
}

void main();
