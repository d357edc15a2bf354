/**
 * A text without the credentials that were sent: a proxy may repeat a request in its answer.
 *
 * @param authorization - the header as it was sent; null where there was none
 */
export function withoutCredentials(text: string, authorization: string | null): string {
  if (authorization === null) return text;
  const sent = authorization.slice(authorization.indexOf(' ') + 1);
  // Both a password and an API key are sent as base64 of `<name>:<secret>`.
  const decoded = Buffer.from(sent, 'base64').toString('utf8');
  const secrets = [sent, decoded.slice(decoded.indexOf(':') + 1)].filter((secret) => secret !== '');
  return secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
}
