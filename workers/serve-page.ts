/** Serves the page of charts until SIGINT or SIGTERM. @module */
import { once } from 'node:events';
import { openElasticsearch } from './clients';
import { loadConfig } from './config';
import { localUrl, pageEndpoint } from './http/endpoint-settings';
import { servePage } from './page/page-server';
import { PipelineWatch } from './page/running-pipelines';

async function main(): Promise<void> {
  const config = loadConfig();
  const elasticsearch = openElasticsearch(config);
  const pipelines = new PipelineWatch(config);
  const page = await servePage({ elasticsearch, pipelines }, pageEndpoint(config));
  console.log(`page ready at ${localUrl(config, 'PAGE')}`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await page.close();
  await pipelines.close();
  await elasticsearch.close();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error && error.name === 'ConfigError' ? error.message : error);
  process.exitCode = 1;
});
