import type { Config } from '../config';
import { ReloadedFile } from '../reloaded-file';
import { Certificate } from './certificate';
import { isLoopback, token as tokenSchema } from './endpoint-schema';
import { Login } from './login';

/** Where a server of ours listens, and whom it lets in. */
export interface EndpointSettings {
  readonly host: string;
  /** Port 0 is any free port. */
  readonly port: number;
  /** Null without TLS. */
  readonly certificate: Certificate | null;
  /** Null if everybody who reaches it is let in. */
  readonly login: Login | null;
}

/** @throws ConfigError when a file of the settings cannot be read */
export function pageEndpoint(config: Config): EndpointSettings {
  const { PAGE_PROXY_USER_HEADER: header, PAGE_PROXY_ADDRESSES: addresses } = config;
  const proxy = header === undefined || addresses === undefined ? null : { header, addresses };
  return endpoint(config, 'PAGE', proxy);
}

/** @throws ConfigError when a file of the settings cannot be read */
export function codecServerEndpoint(config: Config): EndpointSettings {
  return endpoint(config, 'CODEC_SERVER', null);
}

function endpoint(
  config: Config,
  server: 'PAGE' | 'CODEC_SERVER',
  proxy: ConstructorParameters<typeof Login>[1],
): EndpointSettings {
  const certificateFile = config[`${server}_CERTIFICATE_FILE`];
  const keyFile = config[`${server}_KEY_FILE`];
  const token = tokenOf(config, server);
  return {
    host: config[`${server}_HOST`],
    port: config[`${server}_PORT`],
    certificate:
      certificateFile === undefined || keyFile === undefined
        ? null
        : new Certificate(
            { setting: `${server}_CERTIFICATE_FILE`, path: certificateFile },
            { setting: `${server}_KEY_FILE`, path: keyFile },
          ),
    login: token === null && proxy === null ? null : new Login(token, proxy),
  };
}

/** Returns how to get the token that is valid now; null if there is none. */
function tokenOf(config: Config, server: 'PAGE' | 'CODEC_SERVER'): (() => string) | null {
  const token = config[`${server}_TOKEN`];
  if (token !== undefined) return () => token;
  const path = config[`${server}_TOKEN_FILE`];
  if (path === undefined) return null;
  const file = new ReloadedFile({ setting: `${server}_TOKEN_FILE`, path, secret: true, parse: parseToken });
  return () => file.value;
}

function parseToken(text: string): string {
  const { success, data } = tokenSchema.safeParse(text.trim());
  if (!success) throw new Error('expected one token of at least 16 characters without spaces, got another text');
  return data;
}

/** Returns the URL of a server of ours on this machine. */
export function localUrl(config: Config, server: 'PAGE' | 'CODEC_SERVER'): string {
  const host = config[`${server}_HOST`];
  const scheme = config[`${server}_CERTIFICATE_FILE`] === undefined ? 'http' : 'https';
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const name = isEverywhere || isLoopback(host) ? '127.0.0.1' : host;
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${config[`${server}_PORT`]}/`;
}
