import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const PROGRAM = `
  const answer = (_request, response) => response.writeHead(Number(process.argv[1])).end();
  const server = require('node:http').createServer(answer);
  server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
`;

/** A schema registry that refuses everybody, in a process of its own: the job is judged while this process waits. */
export class RefusingRegistry {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(status: number): Promise<RefusingRegistry> {
    const child = spawn(process.execPath, ['-e', PROGRAM, String(status)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [port] = (await once(child.stdout, 'data')) as [Buffer];
    return new RefusingRegistry(`http://127.0.0.1:${port.toString()}`, child);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}
