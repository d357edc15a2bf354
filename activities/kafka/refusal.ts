import { KafkaJSAggregateError, KafkaJSError, KafkaJSProtocolError } from 'kafkajs';
import { tlsProblem } from '../contracts/tls-problem';
import { TokenRefused } from './oauth-token';

const TLS_REQUIRED = 'TLS_REQUIRED';

/** A broker has answered a connection without TLS by an alert of TLS. */
export class TlsRequired extends Error {
  /** All that KafkaJS keeps of it. */
  readonly code = TLS_REQUIRED;
}

/** Returns what keeps this client out and what to do; undefined if that is not the reason of an error of KafkaJS. */
export function refusalOf(error: unknown): string | undefined {
  return causesOf(error)
    .map((cause) => protocolRefusal(cause) ?? tlsProblem(cause, 'KAFKA'))
    .find((refusal) => refusal !== undefined);
}

/** Whether a broker has closed the connection without an answer. */
export function isClosed(error: unknown): boolean {
  return causesOf(error).some((cause) => cause instanceof Error && cause.message === 'Closed connection');
}

function protocolRefusal(cause: unknown): string | undefined {
  const { name, code, message = '' } = cause as { name?: string; code?: unknown; message?: string };
  const type = cause instanceof KafkaJSProtocolError ? cause.type : '';
  if (cause instanceof TokenRefused)
    return 'the token endpoint refuses the credentials; correct KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET, or KAFKA_OAUTH_SCOPE';
  if (code === TLS_REQUIRED) return 'it requires TLS; set KAFKA_SECURITY_PROTOCOL to SSL or SASL_SSL';
  if (type.endsWith('_AUTHORIZATION_FAILED')) return lackingRight(type);
  if (type === 'UNSUPPORTED_SASL_MECHANISM' || message.includes('mechanism is not supported'))
    return 'it does not offer this SASL mechanism; correct KAFKA_SASL_MECHANISM';
  if (type === 'SASL_AUTHENTICATION_FAILED' || name === 'KafkaJSSASLAuthenticationError')
    return 'it refuses the credentials; correct KAFKA_USERNAME and KAFKA_PASSWORD, or those of KAFKA_OAUTH_TOKEN_URL';
  return undefined;
}

/** @param type - for example CLUSTER_AUTHORIZATION_FAILED */
function lackingRight(type: string): string {
  const resource = type.replace('_AUTHORIZATION_FAILED', '').toLowerCase().replaceAll('_', ' ');
  return `the user has no right to do this with the ${resource}; grant it by an ACL`;
}

/** An error and what it wraps, from the outside in. */
function causesOf(error: unknown): unknown[] {
  if (error instanceof KafkaJSAggregateError) return [error, ...error.errors.flatMap(causesOf)];
  const cause = error instanceof KafkaJSError ? (error as { cause?: unknown }).cause : undefined;
  return cause === undefined || cause === error ? [error] : [error, ...causesOf(cause)];
}
