import { ApplicationFailure } from '@temporalio/common';
import { parseInput } from '../../../activities/preparation/parse-input';
import type { PipelinePlan } from '../../../activities/contracts/plan';

const queues = { io: 'q-io', lanes: 'q-lanes', host: 'q-host-h' };
const startedAt = '2026-03-04T05:06:07.000Z';

function parse(input: unknown, workflowId = 'pipeline/demo'): PipelinePlan {
  return parseInput(queues, { input, workflowId, run: 'run-1', startedAt });
}

function problemsOf(input: unknown, workflowId?: string): ApplicationFailure {
  try {
    parse(input, workflowId);
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
  throw new Error('expected the input to be rejected');
}

describe('parseInput', () => {
  it('needs no input at all', () => {
    expect(parse(undefined)).toMatchObject({
      name: 'demo',
      run: 'run-1',
      generation: 'run-1',
      source: { kind: 'simulate', records: 50_000, seed: 1, startAt: '2026-03-03T05:06:07.000Z', malformedRatio: 0.01 },
      topics: {
        raw: 'demo.raw',
        enriched: 'demo.enriched',
        windows: 'demo.windows',
        deadLetter: 'demo.dead-letter',
      },
      aliases: { readings: 'pipeline.demo.readings', deadLetters: 'pipeline.demo.dead-letters' },
      rules: { bounded: true, windowMs: 60_000 },
      ioTaskQueue: 'q-io',
      laneTaskQueue: 'q-lanes',
      hostTaskQueue: 'q-host-h',
    });
  });

  it('takes the name from the workflow id', () => {
    expect(parse({}, 'pipeline/plant-7').topics.raw).toBe('plant-7.raw');
  });

  it.each(['demo', 'pipeline/', 'pipeline/Über', 'pipeline/a b', 'pipeline/-a', `pipeline/${'x'.repeat(61)}`])(
    'rejects the workflow id %p',
    (workflowId) => {
      expect(problemsOf({}, workflowId)).toMatchObject({
        type: 'InvalidInput',
        nonRetryable: true,
        message: expect.stringContaining(`got ${workflowId}`) as string,
      });
    },
  );

  it('reads a topic in Avro only with a schema registry, and says how to name one', () => {
    const input = { source: { kind: 'topic', topic: 'plant.readings', format: 'avro' } };
    expect(problemsOf(input).message).toMatch(/set SCHEMA_REGISTRY_URL in its environment[^]*at source\.format/);
    const request = { input, workflowId: 'pipeline/demo', run: 'run-1', startedAt };
    const { rules, definition } = parseInput(queues, request, { schemaRegistry: true });
    expect(rules.valueFormat).toBe('avro');
    expect(definition).not.toBe(parse({ source: { kind: 'topic', topic: 'plant.readings' } }).definition);
    expect(parse(undefined).rules.valueFormat).toBe('json');
  });

  it('names every bad field at once and is not retried', () => {
    const failure = problemsOf({
      source: { kind: 'simulate', records: -1, rate: 5 },
      partitions: 0,
      window: '1 fortnight',
      measurement: [],
    });
    expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    for (const field of ['source.records', '"rate"', 'partitions', 'window', '"measurement"']) {
      expect(failure.message).toContain(field);
    }
  });

  it('advances the event time of a run without end as fast as the clock', () => {
    const endless = { kind: 'simulate', records: null, ratePerSecond: 20, devices: 10 };
    expect(parse({ source: endless }).source).toMatchObject({ startAt: startedAt, intervalMs: 500 });
    expect(problemsOf({ source: { ...endless, ratePerSecond: null } }).message).toContain('source.ratePerSecond');
  });

  it('does not put readings of a long run into the future', () => {
    const { source } = parse({ source: { kind: 'simulate', records: 10_000_000, devices: 10 } });
    const { startAt, intervalMs } = source as { startAt: string; intervalMs: number };
    expect(Date.parse(startAt) + 1_000_000 * intervalMs).toBeLessThanOrEqual(Date.parse(startedAt));
  });

  it('rejects durations of zero and beyond ten years, each with what came', () => {
    const { message } = problemsOf({
      window: '0 seconds',
      maxClockSkew: '99999999999999 days',
      minRetention: '0h',
      live: { allowedLateness: '0 ms', deduplication: '3654 days' },
      spark: { triggerInterval: '87673 hours' },
    });
    for (const [field, given] of [
      ['window', '"0 seconds"'],
      ['maxClockSkew', '"99999999999999 days"'],
      ['minRetention', '"0h"'],
      ['live.allowedLateness', '"0 ms"'],
      ['live.deduplication', '"3654 days"'],
    ]) {
      expect(message).toContain(`expected 1 ms to 3653 days, which is ten years, got ${given}\n  → at ${field}`);
    }
    expect(message).toContain('expected 0 ms to 3653 days, which is ten years, got "87673 hours"');
  });

  it('names what is wrong with a value that may have several forms', () => {
    const topic = { kind: 'topic', topic: 'plant.readings' };
    const fields = { temperature: { colum: 'temp' }, humidity: 7, timestamp: { join: ['at', { header: 5 }] } };
    expect(() => parse({ source: { ...topic, fields } })).toThrow(
      new RegExp(
        [
          'Unrecognized key: "colum"\\n  → at source.fields.temperature',
          'expected string or object\\n  → at source.fields.humidity',
          'expected string, received number\\n  → at source.fields.timestamp.join\\[1\\].header',
        ].join('[^]*'),
      ),
    );
  });

  it('lists what contradicts itself beside what does not match the schema', () => {
    const { message } = problemsOf({
      source: {
        kind: 'file',
        format: 'csv',
        ...{ delimiter: ';', quote: ';', encoding: 'ebcdic', skip: 1 },
        fields: { deviceId: { column: 'a', constant: 'b' }, timestamp: { colum: 'at' }, pressure: 'p' },
      },
      measurements: [
        { name: 'temperature', unit: '°C', min: 5, max: 1 },
        { name: 'Bad', unit: '°C', min: 0, max: 1 },
      ],
      index: { by: 'month', from: '2026-02', to: '2026-01' },
      window: '0 s',
    });
    for (const place of ['path', 'encoding', 'quote', 'fields.timestamp']) expect(message).toContain(`source.${place}`);
    for (const place of ['measurements, temperature', 'measurements[1].name', 'index', 'window', 'source\n']) {
      expect(`${message}\n`).toContain(`→ at ${place}`);
    }
    // Which fields there are depends on the measurements.
    expect(message).not.toContain('pressure');
    const fields = { deviceId: { column: 'a', constant: 'b' }, pressure: 'p' };
    const mapped = problemsOf({ source: { kind: 'topic', topic: 'bad topic', fields }, partitions: 0 }).message;
    for (const field of ['source.topic', 'source.fields.deviceId', 'source.fields.pressure', 'partitions']) {
      expect(mapped).toContain(field);
    }
  });

  it('reports a text that is no duration once', () => {
    const { message } = problemsOf({ window: 'a minute' });
    expect(message.match(/→ at/g)).toHaveLength(1);
    expect(message).toContain('expected a duration such as "30 seconds" or "5 minutes", got "a minute"');
  });

  it('accepts durations up to ten years, and micro-batches without a pause', () => {
    const input = { window: '1ms', minRetention: '3653 days', spark: { triggerInterval: '0 ms' } };
    const { rules, spark, minRetentionMs } = parse(input);
    expect(rules.windowMs).toBe(1);
    expect(minRetentionMs).toBe(3_653 * 86_400_000);
    expect(spark.triggerIntervalMs).toBe(0);
  });

  it('resolves units of a field mapping', () => {
    const { rules } = parse({
      source: {
        kind: 'file',
        path: '/data/weather.csv',
        format: 'csv',
        fields: { deviceId: 'origin', temperature: { column: 'temp', unit: '°F' }, humidity: 'humid' },
      },
    });
    expect(rules.fields).toMatchObject({ deviceId: { path: ['origin'] }, timestamp: { path: ['timestamp'] } });
    const [temperature, humidity] = rules.fields.measurements;
    expect(temperature).toMatchObject({ place: { path: ['temp'] } });
    expect((temperature?.scale ?? 0) * 212 + (temperature?.offset ?? 0)).toBeCloseTo(100, 9);
    expect(humidity).toMatchObject({ place: { path: ['humid'] }, scale: 1, offset: 0 });
  });

  it('names unknown fields and units of a mapping', () => {
    const fields = { pressure: 'p', temperature: { column: 't', unit: '°R' }, deviceId: { column: 'd', unit: 'm' } };
    const { message } = problemsOf({ source: { kind: 'topic', topic: 'x', fields } });
    expect(message).toContain('source.fields.pressure: expected one of deviceId');
    expect(message).toContain('source.fields.temperature.unit: expected one of °C, °F, K, got °R');
    expect(message).toContain('source.fields.deviceId: expected a place without options, got unit');
  });

  it('reads an existing topic under its own name', () => {
    const plan = parse({ source: { kind: 'topic', topic: 'Plant.Readings', follow: true } });
    expect(plan.topics.raw).toBe('Plant.Readings');
    expect(plan.rules.bounded).toBe(false);
    expect(plan.generation).toBe(`live-${plan.definition}`);
  });

  it.each(['demo.raw', 'demo.enriched', 'demo.windows', 'demo.dead-letter'])(
    'rejects the topic %s as the source of the pipeline demo, which writes it',
    (topic) => {
      const { message } = problemsOf({ source: { kind: 'topic', topic } });
      expect(message).toContain(`Expected a topic that others write, got ${topic}`);
      expect(message).toContain('→ at source.topic');
    },
  );

  it.each(['other.raw', 'other.enriched', 'demo', 'demo.readings', 'Demo.raw'])(
    'reads the topic %s, which the pipeline demo does not write',
    (topic) => {
      expect(parse({ source: { kind: 'topic', topic } }).topics.raw).toBe(topic);
    },
  );

  it('gives a changed definition another hash and an equal one the same', () => {
    const { definition } = parse({});
    expect(parse({ source: { kind: 'simulate', seed: 99 } }).definition).toBe(definition);
    expect(parse({ window: '5 minutes' }).definition).not.toBe(definition);
  });

  it('rejects measurements with an empty range', () => {
    const measurements = [{ name: 'pressure', unit: 'hPa', min: 1100, max: 800 }];
    expect(problemsOf({ measurements }).message).toContain('Expected min ≤ max, got 1100 and 800');
  });
});
