/**
 * Who may import whom. The rooms, from the outside in:
 *
 *   deploy/local -> workers
 *   workers      -> activities, kibana, types of workflows
 *   kibana       -> types of contracts
 *   workflows    -> types of activities, values of pure contracts
 *   activities   -> steps -> systems (kafka, elasticsearch) -> contracts
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Contracts whose values workflows may import. */
const PURE_CONTRACTS = '^activities/contracts/(failures|lane-progress|latency|report-interval|search-attributes)\\.ts$';

module.exports = {
  forbidden: [
    forbid('no-cycle', 'A cycle has no reading order.', {}, { circular: true }),
    forbid(
      'workflows-see-only-activity-types',
      'Workflow code runs in a sandbox: it imports types of activities, and values of pure contracts only.',
      { path: '^workflows/' },
      { path: '^(activities|workers|deploy)/', pathNot: PURE_CONTRACTS, dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'pure-contracts-depend-on-temporal-alone',
      'They are part of the workflow bundle.',
      { path: PURE_CONTRACTS },
      { path: '.', pathNot: '@temporalio/common', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'workflows-depend-on-temporal-alone',
      'No npm package but Temporal may enter the bundle.',
      { path: '^workflows/' },
      { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: '@temporalio/(workflow|common)' },
    ),
    forbid(
      'activities-know-no-caller',
      'Activities are called; they never import workflows or workers.',
      { path: '^activities/' },
      { path: '^(workflows|workers|deploy|test)/' },
    ),
    forbid(
      'steps-never-import-each-other',
      'Steps are composed by workflows; what two of them need is a contract or a system.',
      { path: '^activities/(preparation|sources|spark|indexing|recomputation|reconciliation|retention|dashboards)/' },
      {
        path: '^activities/(preparation|sources|spark|indexing|recomputation|reconciliation|retention|dashboards|inspection)/',
        pathNot: '^activities/$1/',
      },
    ),
    forbid(
      'inspection-tries-what-the-steps-do',
      'It reads as the file source reads, checks an input as preparation does, and judges as the job does; no more.',
      { path: '^activities/inspection/' },
      {
        path: '^activities/(preparation|sources|spark|indexing|recomputation|reconciliation|retention|dashboards)/',
        pathNot:
          '^activities/(sources/file/|preparation/parse-input|spark/(job-settings|judge-records|driver-command))',
      },
    ),
    forbid(
      'contracts-and-systems-know-no-step',
      'Contracts, systems and the heartbeat, which several steps resume from, are below the steps.',
      { path: '^activities/(contracts|kafka|elasticsearch|heartbeat)' },
      {
        path: '^activities/(preparation|sources|spark|indexing|recomputation|reconciliation|retention|dashboards|inspection|index)',
      },
    ),
    forbid(
      'kafkajs-stays-in-one-room',
      'The client has no successor: all its use stands in one folder.',
      { path: '^(activities|workers|deploy|workflows)/', pathNot: '^activities/kafka/' },
      { path: 'node_modules/kafkajs' },
    ),
    forbid(
      'launcher-sees-workers-only',
      'The launcher starts processes; what they do is not its business.',
      { path: '^deploy/' },
      { path: '^(activities|workflows|test)/' },
    ),
    forbid(
      'kibana-sees-contract-types',
      'Panels derive from what the pipeline writes, as types; what is measured they are told.',
      { path: '^kibana/' },
      { path: '^(activities|workflows|workers|deploy)/|node_modules', pathNot: '^activities/contracts/' },
    ),
    forbid(
      'kibana-takes-no-values',
      'Panels derive from what the pipeline writes, as types; what is measured they are told.',
      { path: '^kibana/' },
      { path: '^activities/contracts/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'kibana-is-for-workers',
      'What is seen is built by workers; no workflow or activity depends on it.',
      { path: '^(workflows|activities|deploy)/' },
      { path: '^kibana/' },
    ),
    forbid(
      'workers-see-workflow-types',
      'Workers load workflows by path.',
      { path: '^workers/' },
      {
        path: '^workflows/',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid('code-knows-no-test', 'Tests look at code, not the other way.', { pathNot: '^test/' }, { path: '^test/' }),
    forbid('no-orphan', 'A module nobody imports is dead.', { orphan: true, pathNot: '^(test|deploy)/|config' }, {}),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'], conditionNames: ['require', 'node', 'default', 'types'] },
  },
};
