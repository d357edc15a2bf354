/** Those who work with a pipeline in Temporal. */
export type TemporalRole = 'worker' | 'reader';

/** Levels of access to a namespace, as Temporal Cloud names them; `Write` includes `Read`. */
export const NAMESPACE_ACCESS: Readonly<Record<TemporalRole, 'Write' | 'Read'>> = {
  // Also polls task queues, and starts the workflows that a command of an operator names.
  worker: 'Write',
  reader: 'Read',
};

/** Claims of a JSON Web Token, as the default claim mapper of a Temporal server of your own reads them. */
export interface TemporalClaims {
  readonly sub: string;
  /** Each as `<namespace>:<permission>`. */
  readonly permissions: readonly string[];
}

/** Returns the claims of the token of a role in a namespace. */
export function temporalClaims(namespace: string, role: TemporalRole): TemporalClaims {
  const { [role]: access } = NAMESPACE_ACCESS;
  return { sub: `pipeline-${role}`, permissions: [`${namespace}:${access.toLowerCase()}`] };
}
