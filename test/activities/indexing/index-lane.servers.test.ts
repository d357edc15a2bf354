import { Client } from '@elastic/elasticsearch';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { DeadLetter } from '../../../activities/contracts/record';
import { windowVersion } from '../../../activities/contracts/window';
import { createKafkaGateway, type KafkaGateway, type OutgoingRecord } from '../../../activities/kafka';
import { FaultProxy } from '../../faults/fault-proxy';
import { stackAddresses } from '../../support/stack';
import { positionsAt } from '../../support/index-lane';
import { LanePipeline, reading } from './lane-pipeline';

let kafka: KafkaGateway;
let elasticsearch: Client;

beforeAll(() => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'index-lane-test' });
  elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
});
afterAll(async () => {
  await kafka.close();
  await elasticsearch.close();
});

let pipeline: LanePipeline;
beforeEach(async () => {
  pipeline = await LanePipeline.create({ kafka, elasticsearch });
});

describe('indexLane', () => {
  it('indexes each record under its id, and again without a change', async () => {
    await kafka.publish(
      pipeline.topic,
      Array.from({ length: 7_000 }, (_, n) => reading(n)),
    );

    const first = await pipeline.index();
    expect(first).toMatchObject({ next: '7000', lag: 0, counts: { read: 7_000, indexed: 7_000, deadLetters: 0 } });
    await pipeline.index();
    expect(await pipeline.count()).toBe(7_000);
  });

  it('ends at its bound', async () => {
    await kafka.publish(
      pipeline.topic,
      Array.from({ length: 50 }, (_, n) => reading(n)),
    );
    expect(await pipeline.index({ until: { 0: '20' } })).toMatchObject({ next: '20', counts: { read: 20 } });
    const rest = { from: positionsAt({ 0: '20' }), until: { 0: '45' } };
    expect(await pipeline.index(rest)).toMatchObject({ next: '45', counts: { read: 25 } });
  });

  it('returns at once when nothing is left before its bound', async () => {
    expect(await pipeline.index()).toMatchObject({ next: '0', lag: 0, counts: { read: 0 } });
  });

  it('goes on at the last heartbeat', async () => {
    await kafka.publish(
      pipeline.topic,
      Array.from({ length: 10 }, (_, n) => reading(n)),
    );
    const counts = { read: 6, indexed: 6, stale: 0, deadLetters: 0, expired: 0, absent: 0, bytes: 1 };
    const environment = new MockActivityEnvironment({
      attempt: 2,
      heartbeatDetails: { positions: { 0: { next: '6', last: null } }, counts },
    });
    expect(await pipeline.index({}, environment)).toMatchObject({ next: '10', counts: { read: 10, indexed: 10 } });
    expect(await pipeline.count()).toBe(4);
  });

  it('starts anew from heartbeat details it cannot read', async () => {
    await kafka.publish(pipeline.topic, [reading(0)]);
    const environment = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: { next: -1 } });
    expect(await pipeline.index({}, environment)).toMatchObject({ next: '1', counts: { read: 1 } });
  });

  it('dead-letters what the mapping refuses, with reason and coordinates, and indexes the others', async () => {
    const bad = reading(1, { temperature: 'warm' });
    await kafka.publish(pipeline.topic, [reading(0), bad, reading(2, { surprise: true }), reading(3)]);

    expect(await pipeline.index()).toMatchObject({ next: '4', counts: { read: 4, indexed: 2, deadLetters: 2 } });
    const deadLetters: DeadLetter[] = [];
    await kafka.readRange({ topic: pipeline.deadLetterTopic, partition: 0, from: '0', to: '2' }, (records) => {
      deadLetters.push(...records.map(({ value }) => JSON.parse(String(value)) as DeadLetter));
    });
    expect(deadLetters).toMatchObject([
      {
        id: 'e1',
        stage: 'index',
        reason: 'document_parsing_exception',
        topic: pipeline.topic,
        partition: 0,
        offset: '1',
      },
      { id: 'e2', stage: 'index', reason: 'strict_dynamic_mapping_exception', offset: '2' },
    ]);
    expect(Buffer.from(deadLetters[0]?.original ?? '', 'base64').toString()).toBe(bad.value);
  });

  it('lets a value with a line break and a delete action change nothing but itself', async () => {
    const evil = { ...reading(1), value: '{"id":"e1"}\n{"delete":{"_id":"e0"}}\n{"index":{"_id":"e9"}}\n{"id":"e9"}' };
    await kafka.publish(pipeline.topic, [reading(0), evil, reading(2)]);
    expect(await pipeline.index()).toMatchObject({ counts: { read: 3, indexed: 2, deadLetters: 1 } });
    expect(await pipeline.count()).toBe(2);
    expect(await elasticsearch.exists({ index: pipeline.alias, id: 'e0' })).toBe(true);
  });

  it('keeps the newest version of a window, in whatever order versions come', async () => {
    const window = (version: number): OutgoingRecord => ({
      key: 'd',
      value: JSON.stringify({ id: 'w', deviceId: 'd', count: version }),
      headers: {
        'event-id': 'w',
        'pipeline-run': 'r1',
        'pipeline-version': windowVersion('2026-11-27T10:00:00Z', version),
      },
    });
    await kafka.publish(pipeline.topic, [window(3), window(9), window(5), window(9)]);
    const { counts } = await pipeline.index({ alias: pipeline.windowsAlias });
    expect(counts).toMatchObject({ read: 4, indexed: 4, stale: 1, deadLetters: 0 });
    await elasticsearch.indices.refresh({ index: pipeline.windowsAlias });
    const { _source } = await elasticsearch.get<{ count: number }>({ index: pipeline.windowsAlias, id: 'w' });
    expect(_source?.count).toBe(9);
  });

  it('reports the index as misconfigured, and rejects no documents, when the alias no longer exists', async () => {
    await kafka.publish(pipeline.topic, [reading(0)]);
    await elasticsearch.indices.delete({
      index: Object.keys(await elasticsearch.indices.getAlias({ index: pipeline.alias })),
    });
    await expect(pipeline.index()).rejects.toMatchObject({ type: 'IndexMisconfigured', nonRetryable: false });
  });

  it('fails at a flood of rejected records before the latest of them are dead-lettered', async () => {
    const records = Array.from({ length: 400 }, (_, n) => reading(n, n % 2 === 0 ? { temperature: 'warm' } : {}));
    await kafka.publish(pipeline.topic, records);
    await expect(pipeline.index({ maxDeadLetterRatio: 0.1 })).rejects.toMatchObject({ type: 'DeadLetterFlood' });
    expect((await kafka.offsets(pipeline.deadLetterTopic)).end).toEqual({ 0: '0' });
    expect(await pipeline.index({ maxDeadLetterRatio: 0.6 })).toMatchObject({ counts: { deadLetters: 200 } });
  });

  it('ends within a second of its cancellation with what is done, though Elasticsearch does not answer', async () => {
    await kafka.publish(pipeline.topic, [reading(0)]);
    const gate = await FaultProxy.start(stackAddresses().elasticsearchNode);
    const client = new Client({ node: gate.address, maxRetries: 0 });
    const environment = new MockActivityEnvironment();
    let cancelledMs = 0;
    gate.plan = () => {
      cancelledMs = Date.now();
      environment.cancel();
      return { kind: 'late', ms: 5_000 };
    };
    expect(await pipeline.index({}, environment, { elasticsearch: client })).toMatchObject({
      next: '0',
      counts: { read: 0 },
    });
    expect(Date.now() - cancelledMs).toBeLessThan(1_500);
    await client.close();
    await gate.close();
  });

  it('lets requests in flight end when the worker shuts down, so that none is sent again', async () => {
    await kafka.publish(pipeline.topic, [reading(0), reading(1)]);
    const gate = await FaultProxy.start(stackAddresses().elasticsearchNode);
    const client = new Client({ node: gate.address, maxRetries: 0 });
    const environment = new MockActivityEnvironment();
    gate.plan = () => {
      environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
      return { kind: 'late', ms: 300 };
    };
    const done = await pipeline.index({}, environment, { elasticsearch: client });
    expect(done).toMatchObject({ next: '2', counts: { read: 2 } });
    expect(gate.requests).toBe(1);
    await client.close();
    await gate.close();
  });

  it('never dead-letters a dead letter again', async () => {
    await kafka.publish(pipeline.topic, [reading(0, { temperature: 'warm' })]);
    await expect(pipeline.index({ deadLetterTopic: null })).rejects.toMatchObject({ type: 'IndexMisconfigured' });
  });
});
