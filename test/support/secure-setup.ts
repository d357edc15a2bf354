import { join } from 'node:path';
import { renameSync, writeFileSync } from 'node:fs';
import { workerVariables } from '../../deploy/local/services/worker-and-page';
import { SHORT_RUN_JAVA_OPTIONS } from './java-options';
import { refusedMaterial } from './refused-material';
import { type SecureStack, SECURE_PIPELINES, SECURE_STACK_VARIABLE } from './secure-stack';
import { keepSecureRun } from './secure-teardown';
import { startTestStack, type TestStack } from './test-stack';

/** Starts one secured stack for all suites that need it, which wait for it: meanwhile other suites run. */
export default async function secureSetup(): Promise<void> {
  const run = await startTestStack(SECURE_PIPELINES.map((name) => ({ name })));
  keepSecureRun(run);
  const file = join(run.stateFolder, 'test-stack.json');
  process.env[SECURE_STACK_VARIABLE] = file;
  void describeRun(run)
    .catch((error: unknown) => ({ error: String(error) }))
    .then((description) => {
      writeFileSync(`${file}.tmp`, JSON.stringify(description));
      renameSync(`${file}.tmp`, file);
    });
}

async function describeRun({ stack, stateFolder }: TestStack): Promise<SecureStack> {
  const { security, addresses } = stack;
  if (security === undefined) throw new Error('the stack is not secured');
  const refused = refusedMaterial(join(stateFolder, 'refused'), security);
  const installation = await Promise.race([stack.ready, stack.crashLoop]);
  return {
    ...{ addresses, installation, stateFolder, refused },
    authority: security.authority,
    clients: {
      admin: security.variables('admin'),
      worker: security.variables('worker'),
      page: security.variables('page'),
    },
    workerEnvironment: {
      ...workerVariables(addresses, installation, stateFolder),
      ...security.variables('worker'),
      JDK_JAVA_OPTIONS: SHORT_RUN_JAVA_OPTIONS,
    },
  };
}
