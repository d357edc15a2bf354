import { listenForInterruption } from '../../deploy/local/interruption';
import { Launch } from '../../deploy/local/launch';
import { fakeCompanion, fakeServer, type FakeServerOptions } from './fake-server';

/** A launcher in a process of its own: tells every event as a line of JSON, then `up`, and stops on a signal. */
async function main(options: FakeServerOptions): Promise<void> {
  const { signal, hurry, received } = listenForInterruption();
  const launch = await Launch.start({
    stateFolder: options.stateFolder,
    servers: [fakeServer(options)],
    onEvent: (event) => {
      process.stdout.write(`${JSON.stringify(event)}\n`);
    },
    signal,
    hurry,
  });
  launch.startCompanion(fakeCompanion());
  process.stdout.write('up\n');
  await received;
  await launch.stop();
  process.exit(0);
}

void main(JSON.parse(process.argv[2] ?? '') as FakeServerOptions);
