import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lastLines } from '../../../deploy/local/processes/child';
import type { PendingInstallation } from '../../../deploy/local/install/install-parts';
import { endpointsOf } from '../../../deploy/local/endpoints';
import { kafkaService, serverProperties } from '../../../deploy/local/services/kafka';
import { loadConfig } from '../../../workers/config';
import { SHORT_RUN_JAVA_OPTIONS } from '../../support/java-options';
import { freePorts } from '../../support/free-ports';
import { installation } from '../../support/stack';
import { countBrokers } from './broker-count';

const START_TIMEOUT_MS = 240_000;
const POLL_MS = 100;
const CLUSTER_ID = Buffer.alloc(16, 1).toString('base64url');
/** Beside what the stack tells its only broker: each keeps copies of the other, and an end is noticed soon. */
const IN_A_PAIR = {
  'offsets.topic.replication.factor': 2,
  'broker.session.timeout.ms': 2_000,
  'broker.heartbeat.interval.ms': 300,
};

/** Two brokers on ports and in folders of their own; the first is the controller too, the second may be killed. */
export class BrokerPair {
  readonly #folder = mkdtempSync(join(tmpdir(), 'broker-pair-'));
  readonly #running = new Map<string, ChildProcess>();
  #ports = { first: '', controller: '', second: '' };

  /** @param installed - by default the programs of the shared servers */
  constructor(private readonly installed: () => Pick<PendingInstallation, 'java' | 'kafkaLibs'> = ofSharedServers) {}

  /** Whatever becomes of it, `stop` is to be called. */
  async start(): Promise<void> {
    const { KAFKA_PORT = '', KAFKA_CONTROLLER_PORT = '', TEMPORAL_PORT = '' } = await freePorts();
    this.#ports = { first: KAFKA_PORT, controller: KAFKA_CONTROLLER_PORT, second: TEMPORAL_PORT };
    await Promise.all([this.#launch('first'), this.#launch('second')]);
    await this.#waitForBrokers(2);
  }

  get brokers(): readonly string[] {
    return [`127.0.0.1:${this.#ports.first}`, `127.0.0.1:${this.#ports.second}`];
  }

  /** Resolves when both serve clients. */
  async startSecond(): Promise<void> {
    await this.#launch('second');
    await this.#waitForBrokers(2);
  }

  /** Resolves when the first knows. */
  async killSecond(): Promise<void> {
    await this.#kill('second');
    await this.#waitForBrokers(1);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.#kill(name)));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #launch(name: 'first' | 'second'): Promise<void> {
    const folder = join(this.#folder, name);
    mkdirSync(folder, { recursive: true });
    const ports = { KAFKA_PORT: this.#ports.first, KAFKA_CONTROLLER_PORT: this.#ports.controller };
    const config = loadConfig({ ...ports, JDK_JAVA_OPTIONS: SHORT_RUN_JAVA_OPTIONS });
    const context = { config, clients: config, endpoints: endpointsOf(config), security: undefined };
    const { command, env } = await kafkaService(context, this.installed(), folder);
    const [java, ...args] = command;
    // Of two lines about one property the last counts.
    writeFileSync(join(folder, 'server.properties'), serverProperties(config, folder) + this.#ownLines(name));
    if (!existsSync(join(folder, 'data', 'meta.properties'))) {
      const options = [...(name === 'first' ? ['--standalone'] : []), '-t', CLUSTER_ID, '-c', ...args.slice(-1)];
      const format = [...args.slice(0, -2), 'kafka.tools.StorageTool', 'format', ...options];
      await promisify(execFile)(java, format, { env, cwd: folder });
    }
    const log = openSync(join(folder, 'log'), 'a');
    this.#running.set(name, spawn(java, args, { env, cwd: folder, stdio: ['ignore', log, log] }));
    closeSync(log);
  }

  #ownLines(name: 'first' | 'second'): string {
    const listeners = `PLAINTEXT://127.0.0.1:${this.#ports.second}`;
    const second = { 'process.roles': 'broker', 'node.id': 2, listeners, 'advertised.listeners': listeners };
    const own = { ...IN_A_PAIR, ...(name === 'second' ? second : {}) };
    return Object.entries(own)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
  }

  async #kill(name: string): Promise<void> {
    const child = this.#running.get(name);
    if (child === undefined) return;
    this.#running.delete(name);
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
  }

  async #waitForBrokers(count: number): Promise<void> {
    const deadlineMs = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const found = await countBrokers(`127.0.0.1:${this.#ports.first}`, AbortSignal.timeout(5_000)).catch(() => 0);
      if (found === count) return;
      if (Date.now() > deadlineMs) {
        const said = ['first', 'second'].flatMap((name) => lastLines(join(this.#folder, name, 'log'), 0, 10));
        throw new Error(`expected ${count} brokers, found ${found}:\n${said.join('\n')}`);
      }
      await sleep(POLL_MS);
    }
  }
}

function ofSharedServers(): Pick<PendingInstallation, 'java' | 'kafkaLibs'> {
  const { java, kafkaLibs } = installation();
  return { java: Promise.resolve(java), kafkaLibs: Promise.resolve(kafkaLibs) };
}
