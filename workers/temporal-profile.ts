import { type ClientConfigProfile, loadClientConfigProfile } from '@temporalio/envconfig';
import { type Environment, readText, secretOf } from './secrets';

/**
 * Reads the profile that the variables and `temporal.toml` give, as the `temporal` CLI does.
 *
 * @throws Error when there is no such profile, or the file cannot be parsed
 */
export function temporalProfile(environment: Environment): ClientConfigProfile {
  const apiKey = secretOf(environment, 'TEMPORAL_API_KEY');
  const variables = { ...environment, ...(apiKey !== undefined && { TEMPORAL_API_KEY: apiKey }) };
  const { TEMPORAL_CONFIG_FILE: path } = environment;
  const isEmpty = path !== undefined && readText(path, 'TEMPORAL_CONFIG_FILE').trim() === '';
  return loadClientConfigProfile({
    overrideEnvVars: variables,
    // A file without any profile makes the library fail with a TypeError.
    ...(isEmpty && { configSource: { data: '[profile]' } }),
  });
}
