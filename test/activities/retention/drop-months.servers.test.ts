import { IN_JANUARY, MonthlyRun, timestampOf } from './monthly-run';

const READINGS = 600;
const IN_FEBRUARY = 28 * 12;
const IN_MARCH = READINGS - IN_JANUARY - IN_FEBRUARY;
const MARCH = '2026-03-20T00:00:00Z';

let monthly: MonthlyRun;
beforeEach(async () => {
  monthly = await MonthlyRun.publish(READINGS);
});
afterEach(async () => {
  await monthly.close();
});

describe('indexing by month', () => {
  it('writes each document to the index of its month, where a replay finds it', async () => {
    for (let time = 0; time < 2; time++) {
      expect(await monthly.index('readings')).toBe(0);
      await monthly.index('windows');
      const expected = { '2026-01': IN_JANUARY, '2026-02': IN_FEBRUARY, '2026-03': IN_MARCH };
      expect(await monthly.documents('readings')).toEqual(expected);
      expect(await monthly.documents('windows')).toEqual(expected);
    }
    expect(await monthly.reconcile()).toMatchObject({
      ...{ reconciled: true, planned: READINGS, published: READINGS, indexed: READINGS, windows: READINGS },
      ...{ expired: 0, windowsExpired: 0 },
    });
    const { elasticsearch } = monthly.servers;
    const { readings: alias } = monthly.request.aliases;
    expect((await elasticsearch.count({ index: alias })).count).toBe(READINGS);
    const mappings = Object.values(await elasticsearch.indices.getMapping({ index: alias }));
    expect(mappings).toHaveLength(3);
    for (const { mappings: each } of mappings) expect(each).toMatchObject({ dynamic: 'strict' });
  });
});

describe('dropping months', () => {
  it('neither loses nor repeats an id while indexing and replaying the dropped range', async () => {
    let slices = 0;
    let dropping: Promise<unknown> = Promise.resolve();
    const replay = async (): Promise<void> => {
      await monthly.index('readings', () => {
        slices += 1;
        if (slices === 5) dropping = monthly.dropMonths(2, MARCH);
      });
      await monthly.index('windows');
    };
    await Promise.all([replay(), replay(), replay(), monthly.index('windows')]);
    await dropping;
    await replay();

    const kept = { '2026-02': IN_FEBRUARY, '2026-03': IN_MARCH };
    expect(await monthly.documents('readings')).toEqual(kept);
    expect(await monthly.documents('windows')).toEqual(kept);
    expect(await monthly.reconcile()).toMatchObject({
      ...{ reconciled: true, published: READINGS, indexed: READINGS - IN_JANUARY, expired: IN_JANUARY },
      ...{ deadLetters: 0, windows: READINGS - IN_JANUARY, windowsExpired: IN_JANUARY },
    });
  });

  it('returns and records what it dropped, and finds nothing the second time', async () => {
    await monthly.index('readings');
    const { readings, runs } = monthly.request.aliases;
    const { expiredBefore, indices } = await monthly.dropMonths(2, MARCH);
    expect(expiredBefore).toBe('2026-02');
    const [dropped] = indices;
    expect(dropped).toMatchObject({ index: `${readings}-2026-01` });
    expect(dropped?.bytes).toBeGreaterThan(0);
    const { elasticsearch } = monthly.servers;
    await elasticsearch.indices.refresh({ index: runs });
    const { hits } = await elasticsearch.search({ index: runs, query: { ids: { values: ['retention'] } } });
    expect(hits.hits[0]?._source).toMatchObject({ expiredBefore: '2026-02', droppedBefore: '2026-02' });
    expect((await elasticsearch.count({ index: runs })).count).toBe(2);

    expect(await monthly.dropMonths(2, MARCH)).toEqual({ name: monthly.name, expiredBefore: '2026-02', indices: [] });
  });

  it('drops a closed month, too, and ignores foreign indices with similar names', async () => {
    await monthly.index('readings');
    const { indices } = monthly.servers.elasticsearch;
    const { readings } = monthly.request.aliases;
    const other = `${readings}-extra`;
    await indices.create({ index: other });
    await indices.putSettings({ index: other, settings: { 'index.blocks.metadata': true } });
    await indices.close({ index: `${readings}-2026-01` });

    const dropped = await monthly.dropMonths(2, MARCH);
    expect(dropped.indices).toMatchObject([{ index: `${readings}-2026-01`, documents: IN_JANUARY }]);
    await indices.putSettings({ index: other, settings: { 'index.blocks.metadata': false } });
    expect(Object.keys(await indices.get({ index: `${readings}-*` })).sort()).toEqual([
      `${readings}-2026-02`,
      `${readings}-2026-03`,
      other,
    ]);
  });

  it('never decreases expiredBefore', async () => {
    await monthly.dropMonths(1, MARCH);
    expect(await monthly.dropMonths(5, MARCH)).toMatchObject({ expiredBefore: '2026-03' });
    await monthly.index('readings');
    expect(await monthly.documents('readings')).toEqual({ '2026-03': IN_MARCH });
  });

  it('rejects a pipeline that has one index for all months, and names every bad field', async () => {
    await expect(monthly.dropMonths(2, MARCH, 'nobody')).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining('expected a pipeline that indexes by month') as string,
    });
    await expect(monthly.dropMonths(0, MARCH)).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});

describe('reconcileRun on a run with dropped months', () => {
  it('still reports documents missing from a kept month, and documents in a dropped one', async () => {
    await monthly.index('readings');
    await monthly.index('windows');
    await monthly.dropMonths(2, MARCH);
    const { elasticsearch } = monthly.servers;
    const { aliases, scope } = monthly.request;
    const [old, kept] = [3, IN_JANUARY + 3].map((sequence) => monthly.idOf(sequence));
    await elasticsearch.indices.create({ index: `${aliases.readings}-2026-01`, aliases: { [aliases.readings]: {} } });
    const document = { provenance: { run: scope.run }, id: old, deviceId: 'd', timestamp: timestampOf(3) };
    await elasticsearch.index({ index: `${aliases.readings}-2026-01`, id: old ?? '', document });
    await elasticsearch.delete({ index: `${aliases.readings}-2026-02`, id: kept ?? '' });

    const { reconciled, examples } = await monthly.reconcile();
    expect(reconciled).toBe(false);
    expect(examples).toEqual([
      { kind: 'indexed though its month is dropped', id: old },
      { kind: 'indexed with other content', id: old },
      { kind: 'published but neither indexed nor a dead letter', id: kept },
    ]);
    await monthly.dropMonths(2, MARCH);
    expect(await monthly.documents('readings')).toMatchObject({ '2026-02': IN_FEBRUARY - 1 });
  });
});
