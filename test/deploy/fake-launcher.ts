import { listenForShutdown } from '../../deploy/local/shutdown';
import { lockStateFolder, stopOrphans } from '../../deploy/local/state-folder';
import { ProcessRecords } from '../../deploy/local/processes/process-records';
import type { StackEvent } from '../../deploy/local/stack-event';
import { SupervisedService } from '../../deploy/local/supervised-service';
import { fakeService, type FakeServiceOptions } from './fake-service';

/** A launcher in a process of its own: reports every event as a line of JSON, then `up`, and stops on a signal. */
async function main(options: FakeServiceOptions): Promise<void> {
  const { stateFolder } = options;
  const { force, received } = listenForShutdown();
  const onEvent = (event: StackEvent): void => {
    process.stdout.write(`${JSON.stringify(event)}\n`);
  };
  const unlock = await lockStateFolder(stateFolder);
  await stopOrphans(stateFolder, onEvent);
  const definition = Promise.resolve(fakeService(options));
  const service = new SupervisedService('fake', definition, new ProcessRecords(stateFolder), onEvent);
  await service.ready;
  process.stdout.write('up\n');
  await received;
  await service.stop(force);
  await unlock();
  process.exit(0);
}

void main(JSON.parse(process.argv[2] ?? '') as FakeServiceOptions);
