/**
 * Reconciliation: the independent proof that a run is complete, and the reports that runs leave.
 *
 * @module
 */
import type { ReconcileRequest, ReconcileResult, RunReport } from '../contracts/report';
import { reconcileRun, type ReconciliationDependencies } from './reconcile-run';
import { findRun, storeReport } from './run-reports';

export interface ReconciliationActivities {
  reconcileRun(input: ReconcileRequest): Promise<ReconcileResult>;
  storeReport(input: { readonly report: RunReport }): Promise<void>;
  findRun(input: { readonly name: string; readonly run?: string }): Promise<RunReport>;
}

export function createReconciliationActivities(dependencies: ReconciliationDependencies): ReconciliationActivities {
  const { elasticsearch } = dependencies;
  return {
    reconcileRun: (input) => reconcileRun(dependencies, input),
    storeReport: (input) => storeReport(elasticsearch, input),
    findRun: (input) => findRun(elasticsearch, input),
  };
}
