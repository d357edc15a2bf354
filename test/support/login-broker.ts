import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endpointsOf, whyNotReady } from '../../deploy/local/endpoints';
import { lastLines } from '../../deploy/local/processes/child';
import { writeSecret } from '../../deploy/local/security/secret-file';
import { kafkaService, serverProperties } from '../../deploy/local/services/kafka';
import { type Config, loadConfig } from '../../workers/config';
import { freePorts } from './free-ports';
import { authorityAt, issueFiles, THIS_MACHINE } from './issued-files';
import { SHORT_RUN_JAVA_OPTIONS } from './java-options';
import type { SecureStack } from './secure-stack';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from './token-endpoint';
import { until } from './until';

const OAUTH = 'org.apache.kafka.common.security.oauthbearer';
/** If this is set, a client has to authenticate again before its token ends. */
const MAX_AUTHENTICATION_MS = 3_600_000;

/** A broker with one port that asks for client certificates and one that asks for tokens, both with TLS. */
export class LoginBroker {
  readonly #folder = mkdtempSync(join(tmpdir(), 'login-broker-'));
  readonly #log = join(this.#folder, 'log');
  #child: ChildProcess | undefined;
  #addresses = { open: '', certificates: '', tokens: '' };

  /** @param tokenKeys - JSON Web Key Set with what signs the tokens that it accepts */
  constructor(
    private readonly stack: SecureStack,
    private readonly tokenKeys: object,
  ) {}

  /** Where it asks for certificates, and where for tokens. */
  get addresses(): Readonly<Record<'certificates' | 'tokens', string>> {
    return this.#addresses;
  }

  /** Whatever becomes of it, `stop` is to be called. */
  async start(): Promise<void> {
    const { KAFKA_PORT, KAFKA_CONTROLLER_PORT, TEMPORAL_PORT, PAGE_PORT } = await freePorts();
    const config = loadConfig({ KAFKA_PORT, KAFKA_CONTROLLER_PORT, JDK_JAVA_OPTIONS: SHORT_RUN_JAVA_OPTIONS });
    const [open, certificates, tokens] = [KAFKA_PORT, TEMPORAL_PORT, PAGE_PORT].map((port = '') => `127.0.0.1:${port}`);
    this.#addresses = { open, certificates, tokens } as { open: string; certificates: string; tokens: string };
    const { kafka } = endpointsOf(config);
    await this.#launch(config);
    await until('the broker is ready', async () => (await whyNotReady(kafka)) === undefined || this.#hasEnded());
    if (this.#hasEnded()) throw new Error(`the broker ended:\n${lastLines(this.#log, 0, 20).join('\n')}`);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && !this.#hasEnded()) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true });
  }

  async #launch(config: Config): Promise<void> {
    const { java: program, kafkaLibs } = this.stack.installation;
    const installed = { java: Promise.resolve(program), kafkaLibs: Promise.resolve(kafkaLibs) };
    const context = { config, clients: config, endpoints: endpointsOf(config), security: undefined };
    const { command, env, prepare } = await kafkaService(context, installed, this.#folder);
    await prepare?.(new AbortController().signal);
    const keys = join(this.#folder, 'token-keys.json');
    writeFileSync(keys, JSON.stringify(this.tokenKeys));
    const keysUrl = pathToFileURL(keys).href;
    // Of two lines about one property the last counts.
    const properties = serverProperties(config, this.#folder) + this.#ownLines(config, keysUrl);
    writeFileSync(join(this.#folder, 'server.properties'), properties);
    const [java, ...args] = command;
    const options = [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${keysUrl}`];
    const log = openSync(this.#log, 'a');
    this.#child = spawn(java, [...options, ...args], { env, cwd: this.#folder, stdio: ['ignore', log, log] });
    closeSync(log);
  }

  #ownLines(config: Config, keysUrl: string): string {
    const { open, certificates, tokens } = this.#addresses;
    const controller = `127.0.0.1:${config.KAFKA_CONTROLLER_PORT}`;
    const clients = `PLAINTEXT://${open},CERTIFICATES://${certificates},TOKENS://${tokens}`;
    const tokenPrefix = 'listener.name.tokens.oauthbearer';
    const own = {
      listeners: `${clients},CONTROLLER://${controller}`,
      'advertised.listeners': clients,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CERTIFICATES:SSL,TOKENS:SASL_SSL',
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': this.#keystore(),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': this.stack.authority,
      'listener.name.certificates.ssl.client.auth': 'required',
      'listener.name.tokens.sasl.enabled.mechanisms': 'OAUTHBEARER',
      [`${tokenPrefix}.connections.max.reauth.ms`]: MAX_AUTHENTICATION_MS,
      [`${tokenPrefix}.sasl.jaas.config`]: `${OAUTH}.OAuthBearerLoginModule required;`,
      [`${tokenPrefix}.sasl.server.callback.handler.class`]: `${OAUTH}.OAuthBearerValidatorCallbackHandler`,
      'sasl.oauthbearer.jwks.endpoint.url': keysUrl,
      'sasl.oauthbearer.expected.audience': TOKEN_AUDIENCE,
      'sasl.oauthbearer.expected.issuer': TOKEN_ISSUER,
    };
    return Object.entries(own)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  }

  /** Kafka wants the key and its certificate in one file. */
  #keystore(): string {
    const authority = authorityAt(this.stack.authority);
    const { key, certificate } = issueFiles(this.#folder, 'broker', { authority, hosts: THIS_MACHINE });
    const file = join(this.#folder, 'keystore.pem');
    writeSecret(file, [key, certificate].map((path) => readFileSync(path, 'utf8')).join(''));
    return file;
  }

  #hasEnded(): boolean {
    return this.#child?.exitCode !== null || this.#child.signalCode !== null;
  }
}
