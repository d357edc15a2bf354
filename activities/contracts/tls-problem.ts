/** The PEM texts of one end of TLS connections. Secret, because of the key. */
export interface TlsTexts {
  /** Certificates of the CAs to trust; those that Node trusts if there are none. */
  readonly ca?: string;
  /** Client certificate with its chain, and its key; both or none. */
  readonly cert?: string;
  readonly key?: string;
}

/** Prefix of the variables of the worker that say how to connect to a server. */
export type ServerPrefix = 'TEMPORAL' | 'KAFKA' | 'ELASTICSEARCH' | 'KIBANA' | 'SCHEMA_REGISTRY';

/** The variables with the paths of PEM files. */
type TlsVariables = Readonly<Record<'ca' | 'certificate' | 'key', string>>;

interface TlsProblem {
  readonly isMeant: RegExp;
  readonly problem: (variables: TlsVariables) => string;
}

/** By the codes and texts of Node, OpenSSL and Java. */
const PROBLEMS: readonly TlsProblem[] = [
  {
    isMeant: /UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SELF_SIGNED|unable to (verify|get|find)|self[- ]signed certificate/,
    problem: ({ ca }) => `its certificate is of an unknown CA; set ${ca} to a file with the certificate of that CA`,
  },
  {
    isMeant: /CERT_HAS_EXPIRED|certificate has expired|NotAfter/,
    problem: () => 'its certificate has expired; renew the certificate of the server',
  },
  {
    isMeant: /CERT_NOT_YET_VALID|not yet valid|NotBefore/,
    problem: () => 'its certificate is not valid yet; check the clocks of both machines',
  },
  {
    isMeant: /ALTNAME_INVALID|does not match certificate|No (subject alternative|name)/,
    problem: () =>
      'its certificate is for another host name; connect to a name that is in the certificate, or renew it with this one',
  },
  {
    isMeant: /protocol.?version|UNSUPPORTED_PROTOCOL|unsupported protocol/i,
    problem: () => 'it offers no version of TLS from 1.2 on; let the server offer TLS 1.2 or 1.3',
  },
  {
    isMeant:
      /alert.(unknown ca|bad certificate|certificate expired|certificate unknown)|ALERT_(UNKNOWN_CA|BAD_CERT|CERTIFICATE_(EXPIRED|UNKNOWN))/i,
    problem: ({ certificate, key }) =>
      // Java answers so also when there is none.
      `it refuses the client certificate, or got none; set ${certificate} and ${key} to one that it accepts`,
  },
  {
    isMeant: /certificate.?required|alert.handshake.?failure/i,
    problem: ({ certificate, key }) => `it requires a client certificate; set ${certificate} and ${key}`,
  },
  {
    isMeant: /wrong.?version.?number|before secure TLS connection|packet length too long|record layer failure/i,
    problem: () => 'it does not speak TLS on this port; name its port for TLS, or connect without TLS',
  },
];

/**
 * Returns what is wrong with a TLS connection and what to do, as the end of a sentence; undefined if an error is none
 * of TLS.
 *
 * @param prefix - of the variables to correct
 */
export function tlsProblem(error: unknown, prefix: ServerPrefix): string | undefined {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  const text = `${typeof code === 'string' ? code : ''} ${typeof message === 'string' ? message : String(error)}`;
  return PROBLEMS.find(({ isMeant }) => isMeant.test(text))?.problem(variablesOf(prefix));
}

/** Those of Temporal are those of its own command line. */
function variablesOf(prefix: ServerPrefix): TlsVariables {
  if (prefix === 'TEMPORAL') {
    const tls = 'TEMPORAL_TLS';
    return { ca: `${tls}_SERVER_CA_CERT_PATH`, certificate: `${tls}_CLIENT_CERT_PATH`, key: `${tls}_CLIENT_KEY_PATH` };
  }
  return {
    ca: `${prefix}_CA_FILE`,
    certificate: `${prefix}_CLIENT_CERTIFICATE_FILE`,
    key: `${prefix}_CLIENT_KEY_FILE`,
  };
}
