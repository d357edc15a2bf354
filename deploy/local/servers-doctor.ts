import type { Config } from '../../workers/config';
import { checkServers, serverLines } from '../../workers/servers/check-servers';

/**
 * Asks every server of the settings as a worker, and prints what each answers.
 *
 * @param names - of pipelines whose rights are checked, too
 * @returns the exit status: 0 if a worker can do its work
 */
export async function serversDoctor(config: Config, names: readonly string[]): Promise<number> {
  const pipelines = names.map((name) => ({ name }));
  const checks = await checkServers(config, pipelines);
  console.log(serverLines(checks).join('\n'));
  if (checks.some(({ problems }) => problems.length > 0)) return 1;
  console.log('Every server answers, and a worker can do its work.');
  return 0;
}
