import { ConfigError, loadConfig } from '../../workers/config';
import { examine, wrongOf } from './doctor';

/** `npm run doctor`: exits with 1 and the whole list when something is missing. */
async function main(): Promise<void> {
  const findings = await examine(loadConfig());
  const wrong = wrongOf(findings);
  if (wrong.length > 0) {
    console.error(`${wrong.length} ${wrong.length === 1 ? 'thing is' : 'things are'} in the way:`);
    for (const line of wrong) console.error(`- ${line}`);
    process.exitCode = 1;
    return;
  }
  for (const finding of findings) if ('found' in finding) console.log(finding.found);
  console.log('Nothing is missing.');
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
});
