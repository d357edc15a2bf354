import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import schema from '../deploy/pipeline-input.schema.json';
import { commandProblems, isCommand } from './support/command-problems';
import {
  GENERATORS,
  INSPECT_COMMANDS,
  NOT_RUN,
  STACK_COMMANDS,
  START_COMMANDS,
  TEST_COMMANDS,
} from './support/documented-commands';
import { codeBlocks, commandsIn, DOCUMENTS, documentText, needsServers, withoutCodeBlocks } from './support/documents';
import { PROJECT } from './support/program';

/** Every command that a suite runs without the shared servers. */
const RUN: readonly string[] = [
  ...Object.values(START_COMMANDS),
  ...[STACK_COMMANDS, INSPECT_COMMANDS, GENERATORS, TEST_COMMANDS].flatMap((commands) => Object.keys(commands)),
];
const LANGUAGES = ['sh', 'text', 'mermaid'];
/** A path of the project between backticks; patterns and names of other things have other characters or folders. */
const PATH = /^(workflows|activities|workers|deploy|kibana|test|\.github|\.ci)\/[\w./-]+$/;

/** The texts between backticks. */
function spansIn(text: string): string[] {
  return [...withoutCodeBlocks(text).matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll(/\s+/g, ' '));
}

/** Anchors as GitHub makes them. */
function anchorsIn(text: string): string[] {
  return [...withoutCodeBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function linkProblems(document: string, text: string): string[] {
  const links = [...withoutCodeBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : join(dirname(document), path);
    if (!existsSync(join(PROJECT, target))) return true;
    return anchor !== undefined && !anchorsIn(documentText(target)).includes(anchor);
  });
}

/** Commands outside `sh` blocks, where the pipeline suite does not find them. */
function hiddenCommands(text: string): string[] {
  const others = codeBlocks(text).filter(({ language }) => language !== 'sh');
  return [...others.flatMap(({ lines }) => lines).filter(isCommand), ...spansIn(text).filter(needsServers)];
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = documentText(document);

  it('shows only commands whose programs, scripts, options, paths and services exist', () => {
    const commands = [...commandsIn(text), ...spansIn(text).filter(isCommand)];
    expect(commands.flatMap(commandProblems)).toEqual([]);
  });

  it('shows commands in `sh` blocks, and names the language of every block', () => {
    expect(codeBlocks(text).filter(({ language }) => !LANGUAGES.includes(language))).toEqual([]);
    expect(hiddenCommands(text)).toEqual([]);
  });

  it('names only paths and links that exist', () => {
    const paths = spansIn(text).filter((span) => PATH.test(span));
    expect(paths.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
    expect(linkProblems(document, text)).toEqual([]);
  });
});

describe('the documents', () => {
  const commands = DOCUMENTS.map(documentText).flatMap((text) => [
    ...commandsIn(text),
    ...spansIn(text).filter(isCommand),
  ]);

  it('show no command that no suite runs, except for those with a reason', () => {
    const isRun = (command: string): boolean => needsServers(command) || RUN.includes(command);
    const hasReason = (command: string): boolean =>
      Object.keys(NOT_RUN).some((form) =>
        form.endsWith(' …') ? command.startsWith(form.slice(0, -1)) : command === form,
      );
    expect(commands.filter((command) => !isRun(command) && !hasReason(command))).toEqual([]);
  });

  it.each(RUN)('show the command that a suite runs: %s', (command) => {
    expect(commands).toContain(command);
  });
});

describe('workflows/README.md', () => {
  const text = documentText('workflows/README.md');

  it('names every field of the input, with its default if that is a single value', () => {
    const cells = [...text.matchAll(/^\| `(\w+)` +\| `?(.*?)`? +\|/gm)].map(
      ([, field = '', cell]) => [field, cell] as const,
    );
    const written = Object.fromEntries(cells);
    const fields = Object.entries(schema.properties).filter(([field]) => field !== '$schema');
    const wanted = fields.map(([field, property]) => {
      const { default: value } = property as { readonly default?: unknown };
      return [
        field,
        typeof value === 'string' || typeof value === 'number' ? String(value) : expect.any(String),
      ] as const;
    });
    expect(written).toMatchObject(Object.fromEntries(wanted));
  });

  it('names every workflow', () => {
    const exported = documentText('workflows/index.ts').matchAll(/^export \{ (\w+) \}/gm);
    expect([...exported].filter(([, name = '']) => !text.includes(`| \`${name}\``))).toEqual([]);
  });
});

describe('the check of a command', () => {
  it.each([
    'npm ci && npm start -- --exit',
    'npm start -- --name greenhouse --input-file deploy/examples/file-csv.json',
    'npm start -- --input-file FILE',
    'npm run stack:reset -- --yes',
    'npm run bench -- indexing --only ours',
    'npm test -- test/workflows',
    'FAULT_SAMPLE_SEED=1 npx jest test/faults',
    'docker compose -f deploy/docker-compose.yml --profile logstash up -d worker logstash',
    'docker compose config --quiet',
    'cp deploy/examples/topic.json /tmp',
    'temporal workflow list',
  ])('accepts: %s', (command) => {
    expect(commandProblems(command)).toEqual([]);
  });

  it.each([
    ['a program of a kind that is not known', 'make all'],
    ['a second program that is not known', 'npm ci && make all'],
    ['a script that does not exist', 'npm run stop'],
    ['an option that npm keeps', 'npm start --exit'],
    ['an option that the program does not have', 'npm start -- --quit'],
    ['an option of a script that takes none', 'npm run check -- --fix'],
    ['an input file that does not exist', 'npm start -- --input-file deploy/examples/none.json'],
    ['a bench that does not exist', 'npm run bench -- reading'],
    ['a suite that does not exist', 'npx jest test/nowhere'],
    ['a project of jest that does not exist', 'npx jest --selectProjects slow'],
    ['another program of npx', 'npx cowsay'],
    ['a variable that nothing reads', 'PIPELINE_HOSTS=a npm start'],
    ['a Compose file that does not exist', 'docker compose -f compose.prod.yaml up'],
    ['a profile that no service has', 'docker compose --profile metrics up -d'],
    ['a service that does not exist', 'docker compose up -d grafana'],
    ['a command in a service that does not exist', 'docker compose exec grafana ls'],
    ['a file of a service that does not exist', 'docker compose cp grafana:/security here'],
    ['a command that Compose does not have', 'docker compose start-all'],
    ['a shell script that does not exist', 'sh deploy/make-secrets.sh'],
    ['a package without a pinned version', 'pip install temporal'],
  ])('refuses %s', (_what, command) => {
    expect(commandProblems(command)).not.toEqual([]);
  });
});
