import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { driverConnections } from '../../../activities/spark/driver-connections';
import { jobSettings } from '../../../activities/spark/job-settings';
import type { Installation } from '../../../deploy/local/install/install-parts';
import { writeSecret } from '../../../deploy/local/security/secret-file';
import { addressesOf, type Config } from '../../../workers/config';
import { kafkaSecurityOf } from '../../../workers/connections';
import { SHORT_RUN_JAVA_OPTIONS } from '../../support/java-options';
import { planOf } from './spark-run';

/** What a driver finds in Kafka, with the class of the job that reads its file of connections. */
export class DriverTopics {
  readonly #classPath: string;

  private constructor(
    private readonly installed: Installation,
    private readonly folder: string,
  ) {
    const { sparkJobJar, sparkJars } = installed;
    this.#classPath = [folder, sparkJobJar, join(sparkJars, '*')].join(delimiter);
  }

  /** @param folder - for the compiled class and the files of connections */
  static async compile(installed: Installation, folder: string): Promise<DriverTopics> {
    const topics = new DriverTopics(installed, folder);
    const javac = ['-cp', topics.#classPath, '-d', folder, join(__dirname, 'DriverTopics.java')];
    await promisify(execFile)(join(installed.javaHome, 'bin', 'javac'), javac);
    return topics;
  }

  /** @returns the names, or what the driver has printed instead */
  async list(config: Config): Promise<readonly string[]> {
    const connectionsFile = join(this.folder, 'connections.json');
    writeSecret(
      connectionsFile,
      driverConnections({ kafkaSecurity: () => kafkaSecurityOf(config), schemaRegistry: null }),
    );
    const bootstrap = addressesOf(config).kafkaBrokers.join(',');
    const places = { bootstrap, schemaRegistry: null, connectionsFile, sparkState: 'unused', runFolder: 'unused' };
    const plan = planOf('topics', { source: { kind: 'topic', topic: 'any' } });
    const settings = jobSettings({ plan, rawFrom: 'earliest', trigger: 'available-now', start: 0 }, places);
    const args = [SHORT_RUN_JAVA_OPTIONS, '-cp', this.#classPath, 'pipeline.spark.DriverTopics'];
    const child = spawn(this.installed.java, args);
    child.stdin.end(JSON.stringify(settings));
    const [printed, problems] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    if (child.exitCode !== 0) throw new Error(`expected the topics, got exit code ${child.exitCode}:\n${problems}`);
    return printed.trim().split('\n');
  }
}
