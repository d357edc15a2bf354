import { createActivities, type Activities, type ActivityDependencies } from '../../activities';

/** The activities of a suite that works without the dependencies that it does not give. */
export function activitiesWith(dependencies: Partial<ActivityDependencies>): Activities {
  const none = new Proxy({}, { get: (_target, name) => missing(String(name)) });
  return createActivities({
    kafka: none as never,
    elasticsearch: none as never,
    taskQueues: { io: 'io', host: 'host' },
    spark: none as never,
    dashboards: null,
    scratchFolder: 'unused',
    crash: () => undefined,
    ...dependencies,
  });
}

function missing(name: string): never {
  throw new Error(`expected a suite that uses ${name} to give the dependency that has it`);
}
