import { isIPv4 } from 'node:net';
import { z } from 'zod';

const DEFAULT_HOST = '127.0.0.1';
const optionalText = z.string().min(1).optional();
const port = (byDefault: number) => z.coerce.number().int().min(1).max(65_535).default(byDefault);
const csv = z.string().transform((list) => list.split(',').map((item) => item.trim()));
const host = z
  .string()
  .regex(/^[A-Za-z0-9.:-]+$/, 'expected a host name or an IP address')
  .default(DEFAULT_HOST);
/** The secret that logs in to a server of ours. */
export const token = z.string().regex(/^[\x21-\x7e]{16,}$/, 'expected at least 16 characters without spaces');
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header')
  .toLowerCase()
  .optional();
const network = z.union(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'expected IP addresses, or networks as 10.0.0.0/8',
);

/** The variables of the servers that this project runs itself. */
export const endpointSettings = {
  PAGE_HOST: host.describe(
    'Address that the page of charts listens on. Beyond loopback it requires a certificate and a login.',
  ),
  PAGE_PORT: port(8234).describe('Port of the page of charts.'),
  PAGE_CERTIFICATE_FILE: optionalText.describe(
    'Certificate of the page in PEM, with its chain; requires `PAGE_KEY_FILE`. Read again when it changes. Its names are those under which the page may be asked for.',
  ),
  PAGE_KEY_FILE: optionalText.describe('Key of that certificate in PEM, mode 600.'),
  PAGE_TOKEN: token
    .optional()
    .describe(
      'Token that logs in to the page, as a bearer token or as the password of any user; at least 16 characters. Secret.',
    ),
  PAGE_TOKEN_FILE: optionalText.describe('File with that token, mode 600. Read again when it changes.'),
  PAGE_PROXY_USER_HEADER: headerName.describe(
    'Header in which a proxy names the user whom it has logged in; requires `PAGE_PROXY_ADDRESSES`, and is ignored from others.',
  ),
  PAGE_PROXY_ADDRESSES: csv
    .pipe(z.array(network).min(1))
    .optional()
    .describe('IP addresses of that proxy, or networks as `10.0.0.0/8`, separated by commas.'),
  CODEC_SERVER_HOST: host.describe(
    'Address that the codec server listens on. Beyond loopback it requires a certificate.',
  ),
  CODEC_SERVER_PORT: port(8235).describe('Port of the codec server.'),
  CODEC_SERVER_CERTIFICATE_FILE: optionalText.describe(
    'Certificate of the codec server in PEM; requires `CODEC_SERVER_KEY_FILE`. Read again when it changes.',
  ),
  CODEC_SERVER_KEY_FILE: optionalText.describe('Key of that certificate in PEM, mode 600.'),
  CODEC_SERVER_TOKEN: token.optional().describe('Token that the codec server requires, as that of the page. Secret.'),
  CODEC_SERVER_TOKEN_FILE: optionalText.describe('File with that token, mode 600. Read again when it changes.'),
  CODEC_SERVER_ORIGINS: csv
    .pipe(z.array(z.url({ protocol: /^https?$/, error: 'expected an origin as https://temporal.example' })))
    .optional()
    .describe(
      'Origins of the Temporal Web UIs whose pages may ask the codec server, separated by commas. If unset, that of the local Web UI.',
    ),
};

interface EndpointProblem {
  readonly variable: string;
  readonly message: string;
}

/**
 * Returns the variables of our servers that are missing or contradict each other, each with what is expected.
 *
 * @param environment - the variables that are set
 */
export function endpointProblems(environment: Readonly<Record<string, string>>): EndpointProblem[] {
  return ['PAGE', 'CODEC_SERVER'].flatMap((server) => problemsOf(environment, server));
}

function problemsOf(environment: Readonly<Record<string, string>>, server: string): EndpointProblem[] {
  const has = (setting: string): boolean => setting in environment;
  const [certificate, key] = [`${server}_CERTIFICATE_FILE`, `${server}_KEY_FILE`];
  const [token, tokenFile] = [`${server}_TOKEN`, `${server}_TOKEN_FILE`];
  const [header, addresses] = [`${server}_PROXY_USER_HEADER`, `${server}_PROXY_ADDRESSES`];
  const isOpen = !isLoopback(environment[`${server}_HOST`] ?? DEFAULT_HOST);
  const isMissing = (what: string): string => `expected ${what}, since ${server}_HOST is not a loopback address`;
  const hasLogin = has(token) || has(tokenFile) || has(header);
  const logins = `${tokenFile}${server === 'PAGE' ? `, or ${header} with ${addresses}` : ''}`;
  const problems: (readonly [boolean, string, string])[] = [
    [has(certificate) !== has(key), certificate, `expected this and ${key}, or neither`],
    [has(header) !== has(addresses), header, `expected this and ${addresses}, or neither`],
    [isOpen && !has(certificate), certificate, isMissing(`this and ${key}`)],
    [isOpen && !hasLogin, tokenFile, isMissing(`a login (${logins})`)],
  ];
  return problems.flatMap(([applies, variable, message]) => (applies ? [{ variable, message }] : []));
}

/** Whether only programs of the same machine reach this address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
