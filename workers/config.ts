import { hostname } from 'node:os';
import { z } from 'zod';
import { endpointSettings } from './http/endpoint-schema';
import { httpServerSettings, kafkaSettings, temporalSettings } from './server-settings';
import { settingProblems, type SettingProblem } from './setting-problems';
import { temporalProfile } from './temporal-profile';

const HOST_AND_PORT = /^[^\s:]+:\d+$/;

const text = z.string().min(1);
const optionalText = text.optional();
const httpUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !url.includes('@'), 'expected no credentials in it: they have variables of their own');
const address = z.string().regex(HOST_AND_PORT, 'expected host:port').optional();
const brokers = z.array(z.string().regex(HOST_AND_PORT, 'expected host:port, separated by commas')).min(1);
const taskQueuePart = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/);
const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const port = (byDefault: number) => integer(1, 65_535).default(byDefault);
const csv = z.string().transform((list) => list.split(',').map((item) => item.trim()));

/** Every environment variable that a process reads; `npm run settings` writes the descriptions to `deploy/README.md`. */
export const settingsSchema = z.object({
  TEMPORAL_ADDRESS: address.describe(
    '`host:port` of a Temporal frontend. If set, no local Temporal server is started.',
  ),
  TEMPORAL_NAMESPACE: text.default('default').describe('Namespace of the workflows.'),
  ...temporalSettings,
  TEMPORAL_CODEC_KEYS_FILE: optionalText.describe(
    'File of AES-256 keys, with `<id> <base64 of 32 bytes>` on each line. If set, everything that Temporal stores of workflows is encrypted with the first key; the others still decrypt. Mode 600; read again when it changes.',
  ),

  KAFKA_BROKERS: csv
    .pipe(brokers)
    .optional()
    .describe('Bootstrap brokers as `host:port`, separated by commas. If set, no local Kafka broker is started.'),
  ...kafkaSettings,

  ELASTICSEARCH_NODE: httpUrl.optional().describe('URL of Elasticsearch. If set, no local node is started.'),
  ...httpServerSettings('ELASTICSEARCH', 'Elasticsearch'),
  ELASTICSEARCH_TIMEOUT_MS: integer(100, 600_000)
    .default(70_000)
    .describe(
      'Timeout of one request in milliseconds, 100 to 600000. The default exceeds the minute that Elasticsearch itself waits for an unavailable shard, so that its error response arrives.',
    ),

  KIBANA_URL: httpUrl
    .optional()
    .describe('URL of Kibana, with `/s/<space>` for another space. If set, each run imports the dashboard.'),
  ...httpServerSettings('KIBANA', 'Kibana'),

  SCHEMA_REGISTRY_URL: httpUrl
    .optional()
    .describe(
      'URL of the Confluent-compatible API of a schema registry, for topics in Avro; of Apicurio Registry it ends with `/apis/ccompat/v7`.',
    ),
  ...httpServerSettings('SCHEMA_REGISTRY', 'the schema registry'),

  PROTECT_KEY_FILE: optionalText.describe(
    'File with the key under which the input’s `protect` hashes values: at least 32 bytes, on every worker of the pipeline.',
  ),

  PIPELINE_TASK_QUEUE: taskQueuePart
    .default('pipeline')
    .describe(
      'Task queue of workflows and short activities. The other queues append `-io`, `-lanes` and `-host-<PIPELINE_HOST>`.',
    ),
  PIPELINE_HOST: taskQueuePart
    .default(hostname())
    .describe('Name of this machine in the task queue for Spark drivers and files. Must survive a restart.'),

  PIPELINE_LANES: integer(1, 10_000)
    .default(200)
    .describe(
      'Lanes and simulations that this worker runs at once: three lanes or more for each running pipeline, and one simulation.',
    ),

  PIPELINE_STATE_DIR: optionalText.describe(
    'Folder for Spark checkpoints, run folders, and data and logs of the local servers. If unset, `.pipeline` in the project.',
  ),
  PIPELINE_CACHE_DIR: optionalText.describe(
    'Folder for downloaded programs, shared between checkouts. If unset, a folder in the user’s cache.',
  ),
  XDG_CACHE_HOME: optionalText.describe(
    'Parent of the download folder if `PIPELINE_CACHE_DIR` is unset and the user is not root.',
  ),

  TEMPORAL_PORT: port(7233).describe('Port of the local Temporal server.'),
  TEMPORAL_DEV_PORT: port(7234).describe(
    'Port of the local Temporal server behind its TLS proxy, with `--secure`, where the proxy has `TEMPORAL_PORT`.',
  ),
  TEMPORAL_UI_PORT: port(8233).describe('Port of the local Temporal Web UI.'),
  KAFKA_PORT: port(9092).describe('Port of the local Kafka broker.'),
  KAFKA_CONTROLLER_PORT: port(9093).describe('Port of the local KRaft controller.'),
  ELASTICSEARCH_PORT: port(9200).describe('HTTP port of the local Elasticsearch node.'),
  ELASTICSEARCH_TRANSPORT_PORT: port(9300).describe('Transport port of the local Elasticsearch node.'),
  ...endpointSettings,

  JDK_JAVA_OPTIONS: optionalText.describe('JVM options of every local server and Spark driver.'),
  SPARK_JARS: text.default('spark').describe("Folder of Spark's jars. `npm start` sets it."),
  SPARK_JOB_JAR: text.default('readings-job.jar').describe('Jar of the Spark job. `npm start` sets it.'),
  SPARK_CLASS_ARCHIVE: optionalText.describe(
    'Class data archive of the JVM, with which a Spark driver starts faster. `npm start` makes and sets it.',
  ),

  PIPELINE_CRASH_AT: optionalText.describe(
    'For tests: the worker kills itself with SIGKILL at this point, `<point>` or `<point>:<times>`.',
  ),
});

/** The names of all environment variables that a process reads. */
export const SETTINGS: readonly string[] = Object.keys(settingsSchema.shape);

/** The names of those that are secret and may come from a file instead. */
const SECRETS: readonly string[] = SETTINGS.filter((name) => SETTINGS.includes(`${name}_FILE`));

export type Config = Readonly<z.infer<typeof settingsSchema>>;

/** Thrown at startup; the message lists every invalid variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings from an environment; an empty variable counts as unset. Address and namespace of Temporal may come
 * from its profile.
 *
 * @throws {@link ConfigError}
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const present = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
  const problems = settingProblems(present, SECRETS);
  const result = settingsSchema.safeParse(problems.length > 0 ? present : { ...present, ...profileOf(present) });
  if (result.success && problems.length === 0) return Object.freeze(result.data);
  const issues = [...(result.error?.issues ?? []), ...problems.map(issueOf)];
  throw new ConfigError(`Invalid settings:\n${z.prettifyError(new z.ZodError(issues))}`);
}

function profileOf(present: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { address, namespace } = temporalProfile(present);
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
}

function issueOf({ variable, message }: SettingProblem): z.core.$ZodIssue {
  return { code: 'custom', input: undefined, path: [variable], message };
}

/** Addresses of the servers: those in the settings, else those of the local stack. */
export interface Addresses {
  readonly temporal: string;
  readonly kafkaBrokers: readonly string[];
  readonly elasticsearchNode: string;
}

export function addressesOf(config: Config): Addresses {
  return {
    temporal: config.TEMPORAL_ADDRESS ?? `127.0.0.1:${config.TEMPORAL_PORT}`,
    kafkaBrokers: config.KAFKA_BROKERS ?? [`127.0.0.1:${config.KAFKA_PORT}`],
    elasticsearchNode: config.ELASTICSEARCH_NODE ?? `http://127.0.0.1:${config.ELASTICSEARCH_PORT}`,
  };
}
