/** Checks the commands of the documents without running them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { scripts } from '../../package.json';
import versions from '../../deploy/local/versions.json';
import { SETTINGS } from '../../workers/config';
import { needsServers } from './documents';
import { PROJECT } from './program';

type Check = (words: readonly string[]) => readonly string[];

/** Programs whose commands are understood. */
const CHECKS: Readonly<Record<string, Check>> = {
  npm: npmProblems,
  npx: npxProblems,
  docker: dockerProblems,
  sh: pathProblems,
  bash: pathProblems,
  cp: ([source = '']) => pathProblems([source]),
  pip: ([command = '', name = '']) =>
    command === 'install' && JSON.stringify(versions).includes(`"${name}==`) ? [] : [`pip ${command} ${name}: unknown`],
};

const VARIABLE = /^([A-Z_]+)=/;
/** Stands for a value in a description of options. */
const PLACEHOLDER = /^([A-Z]+|…)$/;

/** What is wrong with a command: a program, script, option, path or service that is unknown. */
export function commandProblems(command: string): readonly string[] {
  if (needsServers(command)) return [];
  return command.split(' && ').flatMap((line) => {
    const words = line.split(' ').filter((word) => word !== '');
    const start = words.findIndex((word) => !VARIABLE.test(word));
    const [program = '', ...args] = words.slice(start);
    const check = CHECKS[program];
    const problems = check === undefined ? [`no test knows ${program || 'a command of variables only'}`] : check(args);
    return [...words.slice(0, start).flatMap(variableProblems), ...problems].map((problem) => `${line}: ${problem}`);
  });
}

/** Whether a text between backticks is a command, and not a name or a value. */
export function isCommand(text: string): boolean {
  const [program = '', ...args] = text.split(' ').filter((word) => !VARIABLE.test(word));
  return args.length > 0 && (program in CHECKS || needsServers(text));
}

function npmProblems([command = '', ...words]: readonly string[]): readonly string[] {
  if (command === 'ci') return words.map((word) => `${word}: unknown`);
  const [name = '', ...args] = command === 'run' ? words : [command, ...words];
  const script = (scripts as Readonly<Record<string, string>>)[name];
  if (script === undefined) return [`${name}: not a script of package.json`];
  if (args.length > 0 && args[0] !== '--') return [`${args[0] ?? ''}: npm keeps it for itself; expected it behind --`];
  return scriptProblems(script, args.slice(1));
}

function scriptProblems(script: string, args: readonly string[]): readonly string[] {
  if (script.startsWith('jest')) return jestProblems(args);
  const file = /^tsx (\S+)/.exec(script)?.[1];
  return file === undefined ? args.map((word) => `${word}: the script takes no options`) : programProblems(file, args);
}

/** Options are known if the program, or a module that it imports, declares them. */
function programProblems(file: string, args: readonly string[]): string[] {
  const text = [file, ...importsOf(file)].map(textOf).join('\n');
  const declared = [...text.matchAll(/'?\b([a-z-]+)'?: \{ type: '(?:string|boolean)'|'--([a-z-]+)'/g)];
  const options = new Set(declared.map(([, key, flag]) => key ?? flag));
  return args.flatMap((word, position) => {
    if (word.startsWith('--')) return options.has(word.slice(2)) ? [] : [`${word}: not an option of ${file}`];
    if (PLACEHOLDER.test(word)) return [];
    const isValue = args[position - 1]?.startsWith('--') === true;
    if (isValue || word.includes('/')) return word.includes('/') ? pathProblems([word]) : [];
    return text.includes(`'${word}'`) ? [] : [`${word}: not known to ${file}`];
  });
}

function importsOf(file: string): string[] {
  const names = textOf(file).matchAll(/ from '(\.[^']*)'/g);
  return [...names].map(([, name = '']) => `${join(dirname(file), name)}.ts`).filter(isThere);
}

function npxProblems([program = '', ...args]: readonly string[]): readonly string[] {
  return program === 'jest' ? jestProblems(args) : [`${program}: expected jest`];
}

function jestProblems(args: readonly string[]): string[] {
  const config = textOf('jest.config.js');
  return args.flatMap((word, position) => {
    if (word === '--runInBand' || word === '--selectProjects') return [];
    if (word.startsWith('-')) return [`${word}: unknown option of jest`];
    if (args[position - 1] !== '--selectProjects') return suiteProblems(word);
    return config.includes(`displayName: '${word}'`) ? [] : [`${word}: not a project of jest.config.js`];
  });
}

function suiteProblems(part: string): string[] {
  const isSuite = testFiles().some((path) => path.endsWith('.test.ts') && path.includes(part));
  return isSuite ? [] : [`${part}: the path of no suite`];
}

function testFiles(): string[] {
  const files = readdirSync(join(PROJECT, 'test'), { recursive: true, encoding: 'utf8' });
  return files.filter((path) => path.endsWith('.ts')).map((path) => `test/${path}`);
}

interface ComposeFile {
  readonly include?: readonly string[];
  readonly services?: Readonly<Record<string, { readonly profiles?: readonly string[] }>>;
}

const COMPOSE_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  up: ['-d', '--detach', '--build', '--wait', '--force-recreate'],
  exec: [],
  cp: [],
  down: ['--volumes'],
  config: ['--quiet'],
  logs: ['--follow'],
  ps: ['--all'],
};

/** The words that name a service, for the commands of which not every word does. */
const SERVICE_WORDS: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  exec: ([service = '']) => [service],
  cp: ([from = '']) => [from.replace(/:.*/, '')],
};

/** `docker compose [--profile NAME] [-f FILE] COMMAND [options] [SERVICE…]` */
function dockerProblems([compose = '', ...words]: readonly string[]): readonly string[] {
  if (compose !== 'compose') return [`${compose}: expected compose`];
  const [command = '', ...args] = words.filter((_word, position) => !isComposeOption(words, position));
  const files = words.filter((_word, position) => words[position - 1] === '-f');
  const missing = pathProblems(files);
  if (missing.length > 0) return missing;
  const services = composeServices(files.length > 0 ? files : ['compose.yaml']);
  const profiles = new Set(Object.values(services).flatMap(({ profiles: some = [] }) => some));
  const known = [...(COMPOSE_COMMANDS[command] ?? []), ...Object.keys(services)];
  return [
    ...(command in COMPOSE_COMMANDS ? [] : [`${command}: unknown command of docker compose`]),
    ...words.filter((word, position) => words[position - 1] === '--profile' && !profiles.has(word)),
    ...(SERVICE_WORDS[command]?.(args) ?? args)
      .filter((word) => !known.includes(word))
      .map((word) => `${word}: neither an option nor a service`),
  ];
}

/** Whether a word is an option of `docker compose` itself, or the value of one. */
function isComposeOption(words: readonly string[], position: number): boolean {
  return [words[position], words[position - 1]].some((word) => word === '--profile' || word === '-f');
}

function composeServices(files: readonly string[]): NonNullable<ComposeFile['services']> {
  const each = files.map((file) => {
    const { include = [], services = {} } = parse(textOf(file), { merge: true }) as ComposeFile;
    return { ...composeServices(include), ...services };
  });
  return Object.assign({}, ...each) as NonNullable<ComposeFile['services']>;
}

/** A variable is known if it is a setting, or if a test reads it. */
function variableProblems(word: string): string[] {
  const [, name = ''] = VARIABLE.exec(word) ?? [];
  const isKnown = SETTINGS.includes(name) || testFiles().some((path) => textOf(path).includes(`'${name}'`));
  return isKnown ? [] : [`${name}: nothing reads this variable`];
}

function pathProblems(paths: readonly string[]): string[] {
  return paths.filter((path) => !isThere(path)).map((path) => `${path}: does not exist`);
}

function isThere(path: string): boolean {
  return path !== '' && existsSync(join(PROJECT, path));
}

function textOf(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}
