import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../workers/config';

/** The root of the checkout. */
export const PROJECT = resolve(__dirname, '../..');

const NAME = 'durable-streaming-pipeline';
const OTHERS_MAY_ENTER = 0o001;

/** On whose machine the folders are. */
export interface Whereabouts {
  readonly isRoot: boolean;
  readonly home: string;
  readonly project: string;
}

const HERE: Whereabouts = {
  isRoot: process.getuid?.() === 0,
  home: homedir(),
  project: PROJECT,
};

/** Where downloads are kept, shared between checkouts. Absolute; need not exist. */
export function cacheFolder(
  config: Pick<Config, 'PIPELINE_CACHE_DIR' | 'XDG_CACHE_HOME'>,
  { isRoot, home, project }: Whereabouts = HERE,
): string {
  if (config.PIPELINE_CACHE_DIR !== undefined) return resolve(project, config.PIPELINE_CACHE_DIR);
  // Elasticsearch does not run as root, and whom it runs as may not enter root's home.
  if (isRoot) return join('/var/cache', NAME);
  return join(config.XDG_CACHE_HOME ?? join(home, '.cache'), NAME);
}

/** Where the servers of this checkout keep data, logs and pids. Absolute; need not exist. */
export function stateFolder(
  config: Pick<Config, 'PIPELINE_STATE_DIR'>,
  { isRoot, project }: Whereabouts = HERE,
): string {
  if (config.PIPELINE_STATE_DIR !== undefined) return resolve(project, config.PIPELINE_STATE_DIR);
  if (isRoot && closedFolder(project) !== undefined) {
    const hash = createHash('sha256').update(project).digest('hex').slice(0, 8);
    return join('/var/tmp', `${NAME}-${hash}`);
  }
  return join(project, '.pipeline');
}

/** The folder itself, or else the nearest one above it, that exists. */
export function nearestExisting(folder: string): string {
  const there = existsSync(folder);
  return there || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

/** The nearest folder, from here to the root, that only its owner and group may enter; undefined where there is none. */
export function closedFolder(folder: string): string | undefined {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? OTHERS_MAY_ENTER;
  if ((mode & OTHERS_MAY_ENTER) === 0) return folder;
  return dirname(folder) === folder ? undefined : closedFolder(dirname(folder));
}
