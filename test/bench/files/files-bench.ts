/**
 * `npm run bench -- files [--against COMMIT] [--rows N] [--rounds N]`: publishes a file to Kafka, once a plain CSV and once one
 * that needs most options, with the code of this commit and of another one in turn.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encode } from 'iconv-lite';
import { alignedColumns } from '../../support/aligned-columns';
import { IsolatedStack } from '../../support/isolated-stack';
import { CommitCheckout } from '../commit-checkout';
import type { PublishCost, PublishRequest } from './publish-file';

interface SampleFile {
  readonly name: string;
  readonly source: object;
}

/** A file published with the code of a commit. */
interface Contender {
  readonly name: string;
  readonly request: Omit<PublishRequest, 'brokers'>;
  readonly costs: PublishCost[];
}

const NAMES = ['deviceId', 'timestamp', 'temperature', 'humidity', 'text'];
const DEVICES = 50;

export async function filesBench(commits: readonly string[], rows: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-files-'));
  const checkouts = commits.map((commit) => ({ commit, checkout: new CommitCheckout(commit) }));
  const stack = await IsolatedStack.start();
  try {
    const files = [plainFile(folder, rows), optionsFile(folder, rows)];
    const contenders = checkouts.flatMap(({ commit, checkout: { project } }) =>
      files.map(({ name, source }): Contender => ({
        name: `${commit}, ${name}`,
        request: { project, source },
        costs: [],
      })),
    );
    for (let round = 0; round < rounds; round++) {
      for (const [position] of contenders.entries()) {
        const contender = contenders[(position + round) % contenders.length];
        if (contender !== undefined) await measure(contender, stack.kafkaBrokers, rows);
      }
    }
    process.stdout.write(filesTable(contenders));
  } finally {
    await stack.stop();
    for (const { checkout } of checkouts) checkout.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure({ name, request, costs }: Contender, brokers: readonly string[], rows: number): Promise<void> {
  const argument = JSON.stringify({ ...request, brokers });
  const program = ['--import', 'tsx', require.resolve('./publish-file'), argument];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  const cost = JSON.parse(stdout) as PublishCost;
  if (cost.rows !== rows) throw new Error(`expected ${rows} rows of ${name}, got ${cost.rows}`);
  process.stderr.write(`${name}: ${Math.round(cost.rowsPerSecond)}/s\n`);
  costs.push(cost);
}

/** The best of all rounds, since whatever else the machine does can only make one slower. */
function filesTable(contenders: readonly Contender[]): string {
  const rows = contenders.map(({ name, costs }) => [
    name,
    Math.max(...costs.map(({ rowsPerSecond }) => rowsPerSecond)).toFixed(0),
    Math.min(...costs.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion)).toFixed(1),
  ]);
  return [...alignedColumns([['file', 'rows/s', 'CPU s per million'], ...rows]), ''].join('\n');
}

function plainFile(folder: string, rows: number): SampleFile {
  const path = join(folder, 'plain.csv');
  writeFileSync(path, `${NAMES.join(',')}\n${linesOf(rows, ',', '.')}`);
  return { name: 'plain', source: { kind: 'file', format: 'csv', path } };
}

function optionsFile(folder: string, rows: number): SampleFile {
  const path = join(folder, 'options.csv');
  const text = `Größen der Anlage\n# exportiert\n${NAMES.join(';')}\n${linesOf(rows, ';', ',')}`;
  writeFileSync(path, encode(text, 'windows-1252'));
  const dialect = { encoding: 'windows-1252', delimiter: ';', skipLines: 1, comment: '#' };
  return { name: 'with options', source: { kind: 'file', format: 'csv', path, ...dialect, numbers: { decimal: ',' } } };
}

function linesOf(rows: number, delimiter: string, decimal: string): string {
  const number = (tenths: number): string => `${Math.floor(tenths / 10)}${decimal}${tenths % 10}`;
  const line = (_: unknown, row: number): string =>
    [
      `device-${row % DEVICES}`,
      new Date(Date.UTC(2026, 0, 1) + row * 1_000).toISOString(),
      number((row * 7) % 400),
      number((row * 3) % 1_000),
      `Süd ${row % 10}`,
    ].join(delimiter);
  return `${Array.from({ length: rows }, line).join('\n')}\n`;
}
