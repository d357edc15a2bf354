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
  const parts = [sparkPart, sparkJobPart];
  for (const part of parts) await installPart(part, { cache, onEvent: printEvent, env: process.env });
  // Not earlier: the job is compiled with the jars of Spark.
  for (const part of parts) await rename(partFolder(part, cache), join(cache, part.name));
}

void main(process.argv);
