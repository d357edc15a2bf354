import { errors } from '@elastic/elasticsearch';
import type { ApplicationFailure } from '@temporalio/common';
import { pipelineFailure } from '../failures';

const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;

/** Turns whatever the Elasticsearch client threw into a row of the failure table; `what` names the attempted act. */
export function elasticsearchFailure(error: unknown, what: string): ApplicationFailure {
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode ?? SERVER_ERROR;
    const busy = status === TOO_MANY_REQUESTS || status >= SERVER_ERROR;
    return pipelineFailure(
      busy ? 'ServiceUnavailable' : 'IndexMisconfigured',
      `${what}: Elasticsearch answered ${status} (${errorType(error.body)}).`,
      error,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return pipelineFailure('ServiceUnavailable', `${what}: Elasticsearch did not answer (${reason}).`, error);
}

function errorType(body: unknown): string {
  const type = (body as { error?: { type?: unknown } } | undefined)?.error?.type;
  return typeof type === 'string' ? type : 'no type given';
}
