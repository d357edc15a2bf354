/**
 * Retention: give up whole months of a pipeline that indexes by month, beside whatever is being indexed.
 *
 * @module
 */
import type { Client } from '@elastic/elasticsearch';
import { dropMonths, type DropMonthsInput } from './drop-months';
import { expireMonths, type ExpiredMonths, type ExpireMonthsRequest } from './expire-months';

export interface RetentionActivities {
  expireMonths(request: ExpireMonthsRequest): Promise<ExpiredMonths>;
  dropMonths(input: DropMonthsInput): Promise<void>;
}

export function createRetentionActivities({ elasticsearch }: { readonly elasticsearch: Client }): RetentionActivities {
  return {
    expireMonths: (request) => expireMonths(elasticsearch, request),
    dropMonths: (input) => dropMonths(elasticsearch, input),
  };
}
