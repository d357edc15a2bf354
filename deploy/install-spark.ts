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
import { type InstallOptions, installPart, partFolder } from './local/install/part';
import { sparkJobPart, sparkPart } from './local/install/pinned-parts';

async function main([, , cache = 'parts']: readonly string[]): Promise<void> {
  const report: InstallOptions['report'] = ({ part, text }) => {
    console.log(`${part}: ${text}`);
  };
  for (const part of [sparkPart, sparkJobPart]) {
    await installPart(part, { cache, report, env: process.env });
    await rename(partFolder(part, cache), join(cache, part.name));
  }
}

void main(process.argv);
