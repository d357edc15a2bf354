import { createServer, type Server, type Socket } from 'node:net';
import { Client } from '@elastic/elasticsearch';
import { createRunsIndex } from '../../../activities/elasticsearch/create-index';
import { elasticsearchFailure } from '../../../activities/elasticsearch/elasticsearch-failure';
import { toBulkItem, type BulkItem } from '../../../activities/indexing/bulk-item';
import { sendBulk } from '../../../activities/indexing/send-bulk';
import { listen } from '../../support/listen';

/** Accepts every connection and never answers. */
let server: Server;
let elasticsearch: Client;
const sockets: Socket[] = [];
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.resume();
  });
  const node = `http://127.0.0.1:${await listen(server)}`;
  elasticsearch = new Client({ node, maxRetries: 0, requestTimeout: 300 });
});
afterAll(async () => {
  await elasticsearch.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

const SHOWN_AT_ONCE = { type: 'ServiceUnavailable', nonRetryable: true };

describe('an Elasticsearch that accepts connections and never answers', () => {
  it('ends a bulk request at a timeout after half a minute, and is shown before it is asked again', async () => {
    let nowMs = 0;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => (nowMs += 30_000));
    const headers = { 'event-id': Buffer.from('a') };
    const record = { partition: 0, offset: '0', timestamp: '0', key: null, value: Buffer.from('{}'), headers };
    const items = [toBulkItem(record, { pipeline: 'p', indexedAt: 0 }) as BulkItem];
    const { signal } = new AbortController();
    const pauses: number[] = [];
    const pause = (ms: number): Promise<void> => Promise.resolve(void pauses.push(ms));
    const sent = sendBulk({ elasticsearch, alias: 'a', signal, items, pause });
    await expect(sent).rejects.toMatchObject(SHOWN_AT_ONCE);
    clock.mockRestore();
    expect(pauses).toEqual([]);
  });

  it('is shown before any other request is sent again', async () => {
    const error: unknown = await createRunsIndex(elasticsearch, 'runs').catch((thrown: unknown) => thrown);
    expect(elasticsearchFailure(error, 'Creating an index')).toMatchObject(SHOWN_AT_ONCE);
  });
});
