// The package itself loads every language, which takes each process that imports it ten times as long.
import { faker } from '@faker-js/faker/locale/en';
import type { JsonObject } from '../../contracts/json-object';
import type { Measurement } from '../../contracts/measurement';
import type { PlannedSimulation } from '../../contracts/plan';
import { deviceOf } from '../../contracts/planned-ids';
import { isAnomalous, isMalformed, isRepeated, malformedKind, simulationHash } from '../../contracts/simulated-shares';
import { malformedPayload } from './malformed-payload';
import { measurementCurve, spike, type MeasurementCurve } from './measurement-curve';
import { observationTexts } from './observation-text';

/** Readings are generated in blocks with their own random numbers, so that any range can be regenerated on its own. */
export const BLOCK_SIZE = 1_000;

/** One record to publish. */
export interface SimulatedRecord {
  readonly sequence: number;
  readonly device: string;
  readonly payload: Buffer;
}

/** Number of different places; with more devices, several share one. */
const PLACES = 500;

/** Generates readings whose bytes depend only on the settings and the sequence number. */
export class ReadingSimulator {
  readonly #curves: readonly MeasurementCurve[];
  readonly #startMs: number;
  readonly #places: readonly string[];
  #block: { readonly number: number; readonly payloads: readonly Buffer[] } | null = null;

  /** @param labels - whether fields outside the mapping are kept; if not, readings have no place */
  constructor(
    private readonly simulation: PlannedSimulation,
    private readonly measurements: readonly Measurement[],
    private readonly labels: boolean,
  ) {
    this.#curves = measurements.map(measurementCurve);
    this.#startMs = Date.parse(simulation.startAt);
    faker.seed(simulation.seed);
    this.#places = Array.from({ length: PLACES }, () => faker.location.city());
  }

  /** Returns the records of `[from, to)`; the repeats of a block follow its last record, in the range that contains it. */
  records(from: number, to: number): SimulatedRecord[] {
    const records: SimulatedRecord[] = [];
    for (let sequence = from; sequence < to; sequence++) {
      records.push(this.#record(sequence));
      if ((sequence + 1) % BLOCK_SIZE === 0 || sequence + 1 === this.simulation.records) {
        for (let repeated = sequence - (sequence % BLOCK_SIZE); repeated <= sequence; repeated++) {
          if (isRepeated(this.simulation, repeated)) records.push(this.#record(repeated));
        }
      }
    }
    return records;
  }

  #record(sequence: number): SimulatedRecord {
    const number = Math.floor(sequence / BLOCK_SIZE);
    if (this.#block?.number !== number) this.#block = { number, payloads: this.#payloads(number) };
    const payload = this.#block.payloads[sequence % BLOCK_SIZE];
    if (payload === undefined) throw new RangeError(`Sequence ${sequence} is not a whole number.`);
    return { sequence, device: deviceOf(sequence, this.simulation.devices), payload };
  }

  #payloads(block: number): Buffer[] {
    // All random numbers of a block come from this seed, in their order.
    faker.seed(simulationHash(this.simulation.seed, block, 'block'));
    const text = observationTexts(faker);
    const random = () => faker.number.float();
    return Array.from({ length: BLOCK_SIZE }, (_, index) => {
      const sequence = block * BLOCK_SIZE + index;
      const fields = this.#fields(sequence, random, text(random(), random()));
      return isMalformed(this.simulation, sequence)
        ? malformedPayload(malformedKind(this.simulation, sequence), fields, this.measurements)
        : Buffer.from(JSON.stringify(fields));
    });
  }

  #fields(sequence: number, random: () => number, text: string): JsonObject {
    const { seed, devices, intervalMs } = this.simulation;
    const bits = simulationHash(seed, sequence % devices, 'device');
    const deviceOffset = bits / 2 ** 31 - 1;
    const timestampMs =
      this.#startMs + Math.floor(sequence / devices) * intervalMs + Math.floor((random() * intervalMs) / 2);
    const weather = random();
    const values = this.#curves.map((curve) => curve({ timestampMs, deviceOffset, weather, noise: random() }));
    const [measurement] = this.measurements;
    if (measurement && isAnomalous(this.simulation, sequence)) values[0] = spike(values[0] ?? 0, measurement);
    const timestamp = new Date(timestampMs).toISOString();
    const fields: Record<string, unknown> = { deviceId: deviceOf(sequence, devices), timestamp };
    this.measurements.forEach(({ name }, index) => (fields[name] = values[index]));
    fields['text'] = text;
    if (this.labels) fields['place'] = this.#places[bits % PLACES];
    return fields;
  }
}
