import type { Client } from '@elastic/elasticsearch';
import { createActivities, type Activities, type ActivityDependencies } from '../../activities';

/** Creates activities with some of their dependencies; using another one throws. */
export function activitiesWith(dependencies: Partial<ActivityDependencies>): Activities {
  const none = new Proxy({}, { get: (_target, name) => missing(String(name)) });
  return createActivities({
    kafka: none as never,
    elasticsearch: none as never,
    temporal: () => none as never,
    taskQueues: { io: 'io', lanes: 'lanes', host: 'host' },
    spark: none as never,
    dashboards: null,
    schemaRegistry: null,
    searchAttributes: false,
    temporalOptions: '',
    protectKeyFile: null,
    scratchFolder: 'unused',
    crash: () => undefined,
    ...dependencies,
  });
}

/** Of a pipeline that has not run before. */
export const NO_EARLIER_RUNS = { search: () => Promise.resolve({ hits: { hits: [] } }) } as unknown as Client;

function missing(name: string): never {
  throw new Error(`expected the suite to pass the dependency whose ${name} is used`);
}
