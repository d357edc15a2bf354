import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCheckpoints } from '../../../activities/spark/checkpoint';

let checkpoint: string;

beforeEach(async () => {
  checkpoint = await mkdtemp(join(tmpdir(), 'checkpoint-test-'));
  for (const folder of ['commits', 'offsets', 'sources/0']) {
    await mkdir(join(checkpoint, folder), { recursive: true });
  }
  await writeFile(join(checkpoint, 'sources/0/0'), '\0v1\n{"t.raw":{"0":100,"1":200}}');
});
afterEach(async () => {
  await rm(checkpoint, { recursive: true });
});

async function writeOffsets(batch: number, ...sources: readonly string[]): Promise<void> {
  await writeFile(join(checkpoint, 'offsets', String(batch)), ['v1', '{"batchWatermarkMs":0}', ...sources].join('\n'));
}

async function commit(name: string, query = checkpoint): Promise<void> {
  await writeFile(join(query, 'commits', name), 'v1\n{"nextBatchWatermarkMs":0}');
}

describe('the reader of a checkpoint', () => {
  it('returns nothing committed without a checkpoint and before the first commit', async () => {
    await writeOffsets(0, '{"t.raw":{"0":150,"1":210}}');
    const nothing = { committed: null, lastBatch: null, inputRows: 0 };
    expect(await readCheckpoints([checkpoint])).toEqual(nothing);
    expect(await readCheckpoints([join(checkpoint, 'nowhere')])).toEqual(nothing);
  });

  it('returns the lowest end of all sources of the last committed batch, not of the running one', async () => {
    await writeOffsets(9, '{"t.raw":{"0":150,"1":210}}', '{"t.raw":{"0":150,"1":210}}');
    await writeOffsets(10, '{"t.raw":{"0":180,"1":230}}', '{"t.raw":{"0":170,"1":240}}');
    await writeOffsets(11, '{"t.raw":{"0":999,"1":999}}', '{"t.raw":{"0":999,"1":999}}');
    await commit('9');
    await commit('10');
    await commit('.11.crc');
    await commit('.11.0f2c.tmp');
    const committed = { '0': '170', '1': '230' };
    expect(await readCheckpoints([checkpoint])).toEqual({ committed, lastBatch: 10, inputRows: 100 });
  });

  it('counts the records of partitions that were added later from their beginning', async () => {
    await writeOffsets(3, '{"t.raw":{"0":180,"1":200,"2":40}}');
    await commit('3');
    expect(await readCheckpoints([checkpoint])).toMatchObject({ committed: { '2': '40' }, inputRows: 120 });
  });

  describe('of two queries', () => {
    let other: string;
    beforeEach(async () => {
      await writeOffsets(4, '{"t.raw":{"0":150,"1":230,"2":7}}');
      await commit('4');
      other = join(checkpoint, 'other');
      for (const part of ['offsets', 'sources'])
        await cp(join(checkpoint, part), join(other, part), { recursive: true });
      await mkdir(join(other, 'commits'));
      await writeFile(join(other, 'offsets', '3'), 'v1\n{}\n{"t.raw":{"0":160,"1":220}}');
    });

    it('returns nothing committed until both have committed a batch', async () => {
      expect(await readCheckpoints([checkpoint, other])).toEqual({ committed: null, lastBatch: 4, inputRows: 0 });
    });

    it('returns what both have committed, of the partitions that both have read', async () => {
      await commit('3', other);
      const committed = { '0': '150', '1': '220' };
      expect(await readCheckpoints([checkpoint, other])).toEqual({ committed, lastBatch: 7, inputRows: 80 });
    });
  });

  it('rejects an unknown version', async () => {
    await commit('0');
    await writeFile(join(checkpoint, 'offsets', '0'), 'v2\n{}\n{"t.raw":{"0":1}}');
    await expect(readCheckpoints([checkpoint])).rejects.toThrow('Expected an offset log of version v1');
  });
});
