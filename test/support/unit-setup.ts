import { enterTestEnvironment } from './environment';

/** For suites without servers; the others have a setup that starts them. */
export default function unitSetup(): void {
  enterTestEnvironment();
}
