import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder } from '../../deploy/local/folders';
import { artifactFiles, fetchArtifacts } from '../../deploy/local/install/artifacts';
import { installPart, type Part, partFolder } from '../../deploy/local/install/part';
import { findJava } from '../../deploy/local/install/programs';
import { describeEvent } from '../../deploy/local/stack-event';
import versions from '../../deploy/local/versions.json';
import { loadConfig } from '../../workers/config';

const { version, parent, artifacts } = versions.schemaRegistry;
const RUNNER = `apicurio-registry-app-${version}-runner.jar`;
const JVM_FLAGS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const LISTENING = /Listening on: (http:\/\/\S+)/;

const registryPart: Part = {
  name: 'schema-registry',
  version,
  pins: artifacts,
  requiredFile: RUNNER,
  fill: async (folder, task) => {
    await fetchArtifacts(artifacts, folder, task, parent);
    for (const archive of artifactFiles(artifacts)) {
      await task.run('unpacking', ['tar', '-xzf', archive]);
      await rm(join(folder, archive));
    }
  },
};

/** Apicurio Registry in a process of its own; what is registered is lost when it stops. */
export class SchemaRegistryServer {
  private constructor(
    /** Of its Confluent-compatible API. */
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  /** Installs it if necessary, and starts it on a free port. */
  static async start(): Promise<SchemaRegistryServer> {
    const cache = cacheFolder(loadConfig());
    const onEvent = (event: Parameters<typeof describeEvent>[0]): void => {
      process.stderr.write(`${describeEvent(event)}\n`);
    };
    await installPart(registryPart, { cache, onEvent, env: process.env });
    const { java } = await findJava(process.env);
    const jar = join(partFolder(registryPart, cache), RUNNER);
    const settings = { QUARKUS_HTTP_HOST: '127.0.0.1', QUARKUS_HTTP_PORT: '0', QUARKUS_LOG_LEVEL: 'INFO' };
    const child = spawn(java, [...JVM_FLAGS, '-jar', jar], {
      env: { ...process.env, ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const stop = async (): Promise<void> => {
      child.kill();
      await ended;
    };
    for await (const line of createInterface({ input: child.stdout })) {
      const [, address] = LISTENING.exec(line) ?? [];
      if (address === undefined) continue;
      child.stdout.resume();
      return new SchemaRegistryServer(`${address}/apis/ccompat/v7`, stop);
    }
    throw new Error('The schema registry ended before it listened.');
  }

  /** @returns the id of the schema */
  async register(subject: string, schema: string, more: object = {}): Promise<number> {
    const response = await fetch(`${this.url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema, ...more }),
    });
    const answer = (await response.json()) as { id?: number };
    if (answer.id === undefined) throw new Error(`expected an id, got ${JSON.stringify(answer)}`);
    return answer.id;
  }
}
