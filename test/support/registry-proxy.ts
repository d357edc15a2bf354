import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePorts } from './free-ports';
import { authorityAt, issueFiles, THIS_MACHINE } from './issued-files';
import type { SecureStack } from './secure-stack';
import { until } from './until';

interface User {
  readonly name: string;
  readonly password: string;
}

/** Caddy before a schema registry: TLS, and a password. */
export class RegistryProxy {
  private constructor(
    /** Of the registry's API, behind the proxy. */
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** @param folder - for its certificate and settings */
  static async start(
    registry: URL,
    user: User,
    { installation, authority }: SecureStack,
    folder: string,
  ): Promise<RegistryProxy> {
    const { PAGE_PORT: port = '' } = await freePorts();
    const files = issueFiles(folder, 'registry', { authority: authorityAt(authority), hosts: THIS_MACHINE });
    const hash = execFileSync(installation.caddy, ['hash-password'], {
      input: `${user.password}\n`,
      encoding: 'utf8',
    }).trim();
    const settings = join(folder, 'Caddyfile');
    writeFileSync(
      settings,
      `{
        admin off
        auto_https off
      }
      https://:${port} {
        bind 127.0.0.1
        tls "${files.certificate}" "${files.key}"
        basic_auth {
          ${user.name} ${hash}
        }
        reverse_proxy ${registry.host}
      }`,
    );
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const args = ['run', '--adapter', 'caddyfile', '--config', settings];
    const child = spawn(installation.caddy, args, { env, stdio: 'ignore' });
    const proxy = new RegistryProxy(`https://127.0.0.1:${port}${registry.pathname}`, child);
    await until('the proxy listens', () => isListening(Number(port)));
    return proxy;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    if (this.child.exitCode === null && this.child.kill()) await ended;
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}
