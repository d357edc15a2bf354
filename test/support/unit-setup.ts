import { enterTestEnvironment } from './environment';

/** The global setup of suites without servers. */
export default function unitSetup(): void {
  enterTestEnvironment();
}
