import { takenPort } from '../../deploy/local/processes/ports';

const PORT_VARIABLES = [
  'TEMPORAL_PORT',
  'TEMPORAL_UI_PORT',
  'TEMPORAL_DEV_PORT',
  'KAFKA_PORT',
  'KAFKA_CONTROLLER_PORT',
  'ELASTICSEARCH_PORT',
  'ELASTICSEARCH_TRANSPORT_PORT',
  'PAGE_PORT',
];

/**
 * Returns the port settings of an isolated stack: consecutive free ports, below the range from which the system takes the
 * ports of outgoing connections.
 */
export async function freePorts(): Promise<Record<string, string>> {
  for (let first = 20_000 + (process.pid % 1000) * 10; ; first = first >= 31_990 ? 20_000 : first + 10) {
    const ports = PORT_VARIABLES.map((_, index) => first + index);
    if ((await takenPort(ports, 0)) !== undefined) continue;
    return Object.fromEntries(PORT_VARIABLES.map((name, index) => [name, String(ports[index])]));
  }
}
