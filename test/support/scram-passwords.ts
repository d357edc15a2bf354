import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { join } from 'node:path';
import { driverConnections } from '../../activities/spark/driver-connections';
import { writeSecret } from '../../deploy/local/security/secret-file';
import { addressesOf, loadConfig } from '../../workers/config';
import { kafkaSecurityOf } from '../../workers/connections';
import type { SecureStack } from './secure-stack';

/** Sets passwords of users of the secured Kafka, which KafkaJS cannot. */
export class ScramPasswords {
  readonly #child;
  readonly #lines: Interface;

  /** @param folder - for a file with the credentials of the administrator */
  constructor({ clients, installation }: SecureStack, folder: string) {
    const config = loadConfig(clients.admin);
    const file = join(folder, 'administrator.properties');
    const security = { kafkaSecurity: () => kafkaSecurityOf(config), schemaRegistry: null };
    const { kafka } = JSON.parse(driverConnections(security)) as { kafka: Record<string, string> };
    const properties = { 'bootstrap.servers': addressesOf(config).kafkaBrokers.join(','), ...kafka };
    const lines = Object.entries(properties).map(([name, value]) => `${name}=${value.replaceAll('\n', '\\n')}\n`);
    writeSecret(file, lines.join(''));
    const { java, kafkaLibs } = installation;
    const source = join(__dirname, 'ScramPasswords.java');
    const args = ['-XX:TieredStopAtLevel=1', '-cp', join(kafkaLibs, '*'), source, file];
    this.#child = spawn(java, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  /** Creates the user if there is none. @throws Error when the program ends instead */
  async set(user: string, password: string): Promise<void> {
    const ended = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`expected the password of ${user} to be set, got exit code ${String(code)}`);
    });
    const set = once(this.#lines, 'line');
    this.#child.stdin.write(`${user} ${password}\n`);
    await Promise.race([set, ended]);
    ended.catch(() => undefined);
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await ended;
  }
}
