import { join } from 'node:path';
import versions from '../versions.json';
import { artifactFiles, artifactsPart } from './artifacts';
import { partFolder } from './part';

const { version, artifacts } = versions.sparkConnector;

/** What lets Spark read and write Kafka. */
export const sparkConnectorPart = artifactsPart('spark-connector', version, artifacts);

/** Absolute paths of the connector's jars, in the order in which drivers have them on their class path. */
export function sparkJars(cache: string): string[] {
  return artifactFiles(artifacts).map((file) => join(partFolder(sparkConnectorPart, cache), file));
}
