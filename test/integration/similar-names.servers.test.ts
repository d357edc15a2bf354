import { publishRun } from '../faults/published-run';
import { startInProcessWorker } from '../support/in-process-worker';
import { prove, startIndexer } from '../support/indexer';
import { PipelineDriver } from '../support/pipeline-driver';

let driver: PipelineDriver;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  await startInProcessWorker(driver);
});
afterAll(async () => {
  await driver.close();
});

describe('pipelines whose names start or end alike', () => {
  it('index and prove what is theirs alone while they run side by side', async () => {
    const name = driver.newName('a');
    const sizes = [300, 200, 100];
    const options = ['', '-b', '-readings'].map((end, place) => ({ name: name + end, readings: sizes[place] ?? 0 }));
    const requests = await Promise.all(options.map((each) => publishRun(driver, { ...each, isPoison: () => false })));
    const indexers = await Promise.all(
      requests.flatMap((request) => [
        startIndexer(driver, request, 'readings'),
        startIndexer(driver, request, 'windows'),
      ]),
    );
    await Promise.all(indexers.map((indexer) => indexer.result()));

    const proofs = await Promise.all(requests.map((request) => prove(driver, request)));
    expect(proofs).toMatchObject(
      sizes.map((indexed) => ({ reconciled: true, indexed, foreign: 0, discrepancies: {} })),
    );
    const counts = requests.map(({ aliases, scope }) => driver.count(aliases.readings, scope.run));
    expect(await Promise.all(counts)).toEqual(sizes);
  });
});
