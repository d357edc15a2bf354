/** How the tests run the commands of the documents, except for those of `temporal` and `curl`. */

/** Run by suites of whole pipelines, with names and inputs of their own. */
export const START_COMMANDS = {
  demo: 'npm ci && npm start -- --exit',
  paced: 'npm start -- --name paced --input-file deploy/examples/simulate-paced.json',
  greenhouse: 'npm start -- --name greenhouse --input-file deploy/examples/file-csv.json',
  stack: 'npm run stack',
} as const;

/** Run in a copy of the project where nothing runs; the exit status, and what they print. */
export const STACK_COMMANDS = {
  'npm run doctor': { status: 0, prints: 'Nothing is missing.' },
  'npm run doctor -- --servers': { status: 1, prints: 'ECONNREFUSED' },
  'npm run stack:status': { status: 1, prints: 'not running' },
  'npm run stack:reset -- --yes': { status: 0, prints: 'nothing to delete' },
} as const;

/** Run without servers; the exit status, and what they print. */
export const INSPECT_COMMANDS = {
  'npm run inspect -- deploy/examples/greenhouse.csv': { status: 0, prints: 'Of the first 500 rows: 499 read, 1 dead' },
} as const;

/** Run in a copy of the project without the files that they write. */
export const GENERATORS = {
  'npm run schema': 'deploy/pipeline-input.schema.json',
  'npm run elasticsearch:build': 'deploy/elasticsearch',
  'npm run kibana:build': 'kibana/dashboards.ndjson',
  'npm run settings': 'deploy/README.md',
} as const;

/** Run with `--listTests`, and a suite that each would run. */
export const TEST_COMMANDS = {
  'npm ci && npm test': 'test/integration/two-runs.pipeline.test.ts',
  'npm test': 'test/integration/two-runs.pipeline.test.ts',
  'npx jest --selectProjects unit': 'test/identifiers.unit.test.ts',
  'npx jest test/workflows': 'test/workflows/replay.unit.test.ts',
  'PAGE_SCREENSHOT=1 npx jest --runInBand test/kibana/page': 'test/kibana/page/page.servers.test.ts',
} as const;

/** Only checked by their parsers, and why no test runs them. `…` stands for any options and values. */
export const NOT_RUN = {
  'npm ci': 'the gate runs it before the tests',
  'npm run check': 'the gate runs it before the tests',
  'npm run test:faults …': 'takes half an hour; the tests run a sample of its table',
  'FUZZ_SEED=1 npm run test:fuzz': 'takes ten minutes or more; the tests try some of its inputs',
  'npm run test:certificates': 'takes four minutes; another suite changes the certificates of the worker',
  'npm run bench …': 'takes minutes, on a quiet machine',
  'docker compose …': 'needs Docker',
  'TEMPORAL_CODEC_KEYS_FILE=codec-keys npm start': 'runs until Ctrl-C; a suite runs a pipeline with keys',
  'TEMPORAL_CODEC_KEYS_FILE=codec-keys CODEC_SERVER_TOKEN_FILE=codec-token npm run codec-server':
    'runs until Ctrl-C; the suite of encrypted histories starts it',
  'PAGE_HOST=0.0.0.0 PAGE_CERTIFICATE_FILE=page.pem PAGE_KEY_FILE=page-key.pem PAGE_TOKEN_FILE=page-token npm start':
    'listens for others; suites start a page with a certificate and a login on this machine',
  'npm run sbom': 'the check does the same without writing the file',
  'npm audit': 'the hosted workflow runs it; a mirror of the registry may have no answer',
  'TEMPORAL_ADDRESS=127.0.0.1:7233 npm run histories': 'writes new histories, which the tests replay',
  'pip install …': 'the stack installs the same release with a pinned digest',
  'npm run stack:reset': 'asks a question; with --yes it is run',
  'SCHEMA_REGISTRY_URL=http://127.0.0.1:8081 npm run stack': 'needs a registry; the suite of topics in Avro starts one',
  'npm run inspect -- FILE': 'describes the argument; with a file it is run',
  'npm run inspect -- --topic NAME': 'describes an option; the workflow of the same name inspects a topic',
  'npm run rights -- NAME': 'describes the argument; the suite of the rights runs it with a name',
  'npm start -- --secure': 'runs until Ctrl-C; the suites of the secured stack start its servers and a pipeline',
  'npm run stack -- --secure --name demo': 'the suites of the secured stack start its servers',
  'npm start': 'runs until Ctrl-C; with --exit it is run',
  'npm start -- --name NAME --input-file FILE': 'describes the options',
} as const;
