/** Serves the local page of charts until SIGINT or SIGTERM. @module */
import { once } from 'node:events';
import { openElasticsearch } from './clients';
import { loadConfig } from './config';
import { servePage } from './page/page-server';

async function main(): Promise<void> {
  const config = loadConfig();
  const elasticsearch = openElasticsearch(config);
  const page = await servePage(elasticsearch, config.PAGE_PORT);
  console.log(`page ready at http://127.0.0.1:${page.port}/`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await page.close();
  await elasticsearch.close();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error && error.name === 'ConfigError' ? error.message : error);
  process.exitCode = 1;
});
