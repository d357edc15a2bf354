import { isGrpcServiceError } from '@temporalio/client';
import { tlsProblem } from '../../activities/contracts/tls-problem';

/** gRPC status codes. */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** Returns as a sentence why Temporal does not serve this worker, and what to do. */
export function temporalProblem(error: unknown, namespace: string): string {
  const { code, message } = error as { readonly code?: number; readonly message?: string };
  const reason = `(${(message ?? String(error)).replace(/\s+/g, ' ')})`;
  const status = isGrpcServiceError(error) ? code : undefined;
  if (status === UNAUTHENTICATED) {
    return `It refuses the credentials ${reason}: correct TEMPORAL_API_KEY, or the client certificate.`;
  }
  if (status === PERMISSION_DENIED) {
    return (
      `It refuses access ${reason}: a worker needs write access to namespace ${namespace}. ` +
      '`npm run rights -- NAME` prints how to grant it.'
    );
  }
  if (status === NOT_FOUND) {
    return `It has no namespace ${namespace} ${reason}: create it, or correct TEMPORAL_NAMESPACE.`;
  }
  const tls = tlsProblem(error, 'TEMPORAL');
  if (tls !== undefined) return `It cannot be used: ${tls} ${reason}.`;
  return `It does not answer ${reason}: start it, or correct TEMPORAL_ADDRESS.`;
}
