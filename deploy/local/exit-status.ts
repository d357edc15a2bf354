const FAILED = 1;
/** Reconciled, but most records became dead letters, or none has a value. */
const FLOODED = 3;

/** What the status depends on. */
interface Verdict {
  readonly reconciled: boolean;
  readonly deadLetterFlood: object | null;
}

/**
 * Returns the exit status of a command that runs a pipeline to its end.
 *
 * @param report - null if the run ended without one
 */
export function exitStatus(report: Verdict | null): number {
  if (report?.reconciled !== true) return FAILED;
  return report.deadLetterFlood === null ? 0 : FLOODED;
}
