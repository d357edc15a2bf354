import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from './processes/identity';
import { StackError } from './stack-error';

const FILE = 'launcher.json';
/** Marks a folder as one that may be emptied by a reset. */
const MARKER = 'PIPELINE_STATE';
const MARKER_TEXT =
  'The durable streaming pipeline keeps its state in this folder. `npm run stack:reset` empties it.\n';

/** The launcher that runs on this state folder now. */
function runningLauncher(stateFolder: string): ProcessIdentity | undefined {
  const holder = readHolder(join(stateFolder, FILE));
  return holder !== undefined && isRunning(holder) ? holder : undefined;
}

/** @throws {@link StackError} naming the other launcher, when there is one */
export function refuseSecondLauncher(stateFolder: string): void {
  const other = runningLauncher(stateFolder);
  if (other !== undefined) throw alreadyRunning(stateFolder, other);
}

/**
 * Makes this process the one launcher of a state folder. What a killed launcher left is replaced.
 *
 * @returns a function that gives the folder free again
 * @throws {@link StackError} naming the other launcher, when there is one, or when the folder holds something else
 */
export function lockStateFolder(stateFolder: string): () => void {
  claim(stateFolder);
  const path = join(stateFolder, FILE);
  const mine = `${path}.${randomUUID()}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    while (!linked(mine, path)) {
      refuseSecondLauncher(stateFolder);
      putAside(path, stateFolder);
    }
  } finally {
    rmSync(mine);
  }
  return () => {
    rmSync(path, { force: true });
  };
}

/** A folder with other people's files in it is refused, since a reset would delete them. */
function claim(stateFolder: string): void {
  mkdirSync(stateFolder, { recursive: true });
  const entries = readdirSync(stateFolder);
  if (entries.includes(MARKER)) return;
  if (entries.length > 0) {
    throw new StackError(
      `PIPELINE_STATE_DIR: expected an empty or a new folder, but ${stateFolder} holds other files (${entries[0] ?? ''}, …)`,
    );
  }
  writeFileSync(join(stateFolder, MARKER), MARKER_TEXT);
}

/** Linking creates the file with its content in one step, or fails. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a stale lock; when another launcher has replaced it in this very moment, that one is put back. */
function putAside(path: string, stateFolder: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // somebody else was first
  }
  const holder = readHolder(aside);
  if (holder !== undefined && isRunning(holder)) {
    linked(aside, path);
    rmSync(aside);
    throw alreadyRunning(stateFolder, holder);
  }
  rmSync(aside);
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function alreadyRunning(stateFolder: string, { pid }: ProcessIdentity): StackError {
  return new StackError(
    `The stack in ${stateFolder} is already running: process ${pid} has started it. Stop that one first.`,
  );
}
