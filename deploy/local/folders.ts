import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../workers/config';

/** The root of the checkout. */
export const PROJECT = resolve(__dirname, '../..');

const NAME = 'durable-streaming-pipeline';
const OTHERS_MAY_ENTER = 0o001;

/** What the default folders depend on. */
interface FolderContext {
  readonly isRoot: boolean;
  readonly home: string;
  readonly project: string;
}

const CURRENT: FolderContext = { isRoot: process.getuid?.() === 0, home: homedir(), project: PROJECT };

/** Returns the folder for downloads, which checkouts share. Absolute; need not exist. */
export function cacheFolder(
  config: Pick<Config, 'PIPELINE_CACHE_DIR' | 'XDG_CACHE_HOME'>,
  { isRoot, home, project }: FolderContext = CURRENT,
): string {
  if (config.PIPELINE_CACHE_DIR !== undefined) return resolve(project, config.PIPELINE_CACHE_DIR);
  // Elasticsearch does not run as root, and the user it runs as cannot access root's home.
  if (isRoot) return join('/var/cache', NAME);
  return join(config.XDG_CACHE_HOME ?? join(home, '.cache'), NAME);
}

/** Returns the folder for data, logs and process records of this checkout. Absolute; need not exist. */
export function stateFolder(
  config: Pick<Config, 'PIPELINE_STATE_DIR'>,
  { isRoot, project }: FolderContext = CURRENT,
): string {
  if (config.PIPELINE_STATE_DIR !== undefined) return resolve(project, config.PIPELINE_STATE_DIR);
  if (isRoot && restrictedFolder(project) !== undefined) {
    const hash = createHash('sha256').update(project).digest('hex').slice(0, 8);
    return join('/var/tmp', `${NAME}-${hash}`);
  }
  return join(project, '.pipeline');
}

/** Returns the folder itself if it exists, else its nearest existing ancestor. */
export function nearestExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

/** Returns the nearest folder up to the root that other users cannot enter; undefined if there is none. */
export function restrictedFolder(folder: string): string | undefined {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? OTHERS_MAY_ENTER;
  if ((mode & OTHERS_MAY_ENTER) === 0) return folder;
  return dirname(folder) === folder ? undefined : restrictedFolder(dirname(folder));
}
