import { hostname } from 'node:os';
import { z } from 'zod';

const csv = z.string().transform((text) => text.split(',').map((part) => part.trim()));
const port = (byDefault: number) => z.coerce.number().int().min(1).max(65_535).default(byDefault);

const settings = z.object({
  /** Where set, that server is used and none is started. */
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:]+:\d+$/, 'expected host:port')
    .optional(),
  KAFKA_BROKERS: csv
    .pipe(z.array(z.string().regex(/^[^\s:]+:\d+$/, 'expected host:port, separated by commas')).min(1))
    .optional(),
  ELASTICSEARCH_NODE: z.url({ protocol: /^https?$/ }).optional(),
  /** Secret; sent as `Authorization: ApiKey …`, never logged. */
  ELASTICSEARCH_API_KEY: z.string().min(1).optional(),
  /** Instead of a key, both or neither. The password is secret, too: sent as `Authorization: Basic …`, never logged. */
  ELASTICSEARCH_USERNAME: z
    .string()
    .regex(/^[^:]+$/, 'expected a name without a colon')
    .optional(),
  ELASTICSEARCH_PASSWORD: z.string().min(1).optional(),
  /** Longer by default than Elasticsearch's own wait for a shard that is away (1 minute), so that its answer arrives. */
  ELASTICSEARCH_TIMEOUT_MS: z.coerce.number().int().min(100).max(600_000).default(70_000),

  /** Where set, runs bring their dashboards there; with `/s/<space>` for a space of its own. */
  KIBANA_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !url.includes('@'), 'expected no credentials in it: they have variables of their own')
    .optional(),
  /** Secret, as `ELASTICSEARCH_API_KEY`; or else a name and a password. */
  KIBANA_API_KEY: z.string().min(1).optional(),
  KIBANA_USERNAME: z.string().min(1).optional(),
  /** Secret. */
  KIBANA_PASSWORD: z.string().min(1).optional(),

  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** Workflows and light activities; `-io` and `-host-<host>` are appended for the other two. */
  PIPELINE_TASK_QUEUE: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/)
    .default('pipeline'),
  PIPELINE_HOST: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/)
    .default(hostname()),

  /** Data, logs and pids of the servers, Spark checkpoints and run folders; by default `.pipeline` in the project. */
  PIPELINE_STATE_DIR: z.string().min(1).optional(),
  /** Downloads, shared between checkouts. */
  PIPELINE_CACHE_DIR: z.string().min(1).optional(),
  /** Where other users than root have their downloads when PIPELINE_CACHE_DIR is not set. */
  XDG_CACHE_HOME: z.string().min(1).optional(),

  TEMPORAL_PORT: port(7233),
  TEMPORAL_UI_PORT: port(8233),
  KAFKA_PORT: port(9092),
  KAFKA_CONTROLLER_PORT: port(9093),
  ELASTICSEARCH_PORT: port(9200),
  ELASTICSEARCH_TRANSPORT_PORT: port(9300),
  /** Of the local page of charts, on 127.0.0.1. */
  PAGE_PORT: port(8234),

  /** Java's own variable: options of every server and driver that runs on it. */
  JDK_JAVA_OPTIONS: z.string().optional(),
  /** Python that has pyspark; set by the launcher. */
  SPARK_PYTHON: z.string().min(1).default('python3'),
  /** Kafka connector jars, or `<folder>/*` for all in one, separated by commas; set by the launcher. */
  SPARK_JARS: z.string().default(''),

  /** Fault injection for tests: the worker kills itself with SIGKILL when it first reaches this point. */
  PIPELINE_CRASH_AT: z.string().optional(),
});

const configSchema = settings.check(({ value, issues }) => {
  for (const server of ['ELASTICSEARCH', 'KIBANA'] as const) {
    const key = value[`${server}_API_KEY`] !== undefined;
    const username = value[`${server}_USERNAME`] !== undefined;
    const password = value[`${server}_PASSWORD`] !== undefined;
    if (username === password && !(key && username)) continue;
    issues.push({
      code: 'custom',
      input: undefined,
      path: [`${server}_API_KEY`],
      message: `expected this alone, or ${server}_USERNAME with ${server}_PASSWORD, or none of the three`,
    });
  }
});

/** The name of every variable that a process reads. */
export const SETTINGS: readonly string[] = Object.keys(settings.shape);

export type Config = Readonly<z.infer<typeof configSchema>>;

/** Thrown once, at start-up, listing every bad variable at a time. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings of a process from its environment; an empty variable counts as not set.
 *
 * @throws {@link ConfigError} when a variable is present but malformed
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = configSchema.safeParse(present);
  if (!result.success) throw new ConfigError(`These settings cannot be used:\n${z.prettifyError(result.error)}`);
  return Object.freeze(result.data);
}
