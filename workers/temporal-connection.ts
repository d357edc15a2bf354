import { toClientOptions } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { addressesOf, type Config } from './config';
import { temporalProfile } from './temporal-profile';

/** Returns how to connect to Temporal, with what the files hold now. Secret. @throws Error when one cannot be read */
export function temporalOptions(config: Config): NativeConnectionOptions {
  const variables = Object.entries(config).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const { connectionOptions } = toClientOptions(temporalProfile(Object.fromEntries(variables)));
  return { ...connectionOptions, address: addressesOf(config).temporal };
}
