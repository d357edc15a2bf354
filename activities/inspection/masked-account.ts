import type { InspectionRequest, SourceAccount } from '../contracts/inspection';
import { inspectSource, type InspectionDependencies } from './inspect-source';
import { masked } from './mask';

/**
 * Inspects a source, as `inspectSource`, for a history that keeps no data: of values only their form is left, of times nothing.
 *
 * The names of columns and of measurements stay as they are, since the input consists of them.
 */
export async function inspectMasked(
  dependencies: InspectionDependencies,
  { source, given, isComplete }: InspectionRequest,
): Promise<SourceAccount> {
  const account = await inspectSource(dependencies, { source, given, isComplete });
  const places = account.places.map((place) => ({ ...place, samples: [...new Set(place.samples.map(masked))] }));
  const outcome = account.outcome === null ? null : { ...account.outcome, times: null };
  return { ...account, places, outcome };
}
