import { devNull } from 'node:os';
import { resolve } from 'node:path';
import { toClientOptions } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { addressesOf, type Config } from './config';
import { quotedArgument } from './json-argument';
import { temporalProfile } from './temporal-profile';

/** Where the Temporal CLI looks by itself. */
const DEFAULT_ADDRESS = '127.0.0.1:7233';
/** The options of the Temporal CLI for what these variables set; its secrets it reads from the environment or a profile. */
const CLI_OPTIONS = {
  '--profile': 'TEMPORAL_PROFILE',
  '--tls-server-name': 'TEMPORAL_TLS_SERVER_NAME',
} as const;
/** Those with a path. */
const CLI_PATHS = {
  '--config-file': 'TEMPORAL_CONFIG_FILE',
  '--tls-ca-path': 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  '--tls-cert-path': 'TEMPORAL_TLS_CLIENT_CERT_PATH',
  '--tls-key-path': 'TEMPORAL_TLS_CLIENT_KEY_PATH',
} as const;

/** Returns the options with which a `temporal` command reaches the server of the settings, each after a space. */
export function temporalCliOptions(config: Config): string {
  const { temporal } = addressesOf(config);
  const { TEMPORAL_NAMESPACE: namespace } = config;
  const options = [
    ...(temporal === DEFAULT_ADDRESS ? [] : [` --address ${temporal}`]),
    ...(namespace === 'default' ? [] : [` --namespace ${quotedArgument(namespace)}`]),
  ];
  for (const [option, variable] of Object.entries(CLI_OPTIONS)) {
    const { [variable]: value } = config;
    if (value !== undefined) options.push(` ${option} ${quotedArgument(value)}`);
  }
  for (const [option, variable] of Object.entries(CLI_PATHS)) {
    const { [variable]: path } = config;
    if (path !== undefined && path !== devNull) options.push(` ${option} ${quotedArgument(resolve(path))}`);
  }
  return options.join('');
}

/** Returns how to connect to Temporal, with what the files hold now. Secret. @throws Error when one cannot be read */
export function temporalOptions(config: Config): NativeConnectionOptions {
  const variables = Object.entries(config).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const { connectionOptions } = toClientOptions(temporalProfile(Object.fromEntries(variables)));
  return { ...connectionOptions, address: addressesOf(config).temporal };
}
