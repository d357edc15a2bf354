/**
 * Installs Spark and its job without the servers, for the image of the worker:
 *
 *     node --import tsx deploy/install-spark.ts FOLDER
 *
 * They are installed in the folders `spark` and `spark-job` of that folder.
 *
 * @module
 */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { installPart, partFolder } from './local/install/part';
import { sparkJobPart, sparkPart } from './local/install/pinned-parts';
import { printEvent } from './local/stack-event';

async function main([, , cache = 'parts']: readonly string[]): Promise<void> {
  for (const part of [sparkPart, sparkJobPart]) {
    await installPart(part, { cache, onEvent: printEvent, env: process.env });
    await rename(partFolder(part, cache), join(cache, part.name));
  }
}

void main(process.argv);
