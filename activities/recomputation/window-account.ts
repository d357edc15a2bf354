import type { Measurement } from '../contracts/measurement';
import { EVENT_ID_HEADER, PROTECTED_HEADER, RUN_HEADER, VERSION_HEADER } from '../contracts/record';
import { windowId, windowVersion } from '../contracts/window';
import type { OutgoingRecord } from '../kafka';
import { MeasuredValues } from './measured-values';
import { windowAnomaly } from './window-anomaly';
import type { WindowReading } from './window-reading';

/** The place of a window. */
export interface WindowKey {
  readonly deviceId: string;
  readonly startMs: number;
}

/** What all windows of a run have in common. */
export interface WindowRules {
  readonly run: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly windowMs: number;
  readonly measurements: readonly Measurement[];
  /** Absent if nothing is protected. */
  readonly protectKeyFingerprint?: string | undefined;
}

/** The account of one window, taken reading by reading in any order. */
export class WindowAccount {
  #count = 0;
  #ofOthers = 0;
  readonly #measured: readonly MeasuredValues[];

  constructor(
    private readonly key: WindowKey,
    private readonly rules: WindowRules,
  ) {
    this.#measured = rules.measurements.map((measurement) => new MeasuredValues(measurement));
  }

  add({ values, isOfRun }: WindowReading): void {
    this.#count += 1;
    if (!isOfRun) this.#ofOthers += 1;
    for (const [place, measured] of this.#measured.entries()) {
      const value = values[place];
      if (typeof value === 'number') measured.add(value);
    }
  }

  get id(): string {
    const { deviceId, startMs } = this.key;
    return windowId(deviceId, startMs, this.rules.windowMs);
  }

  /** Number of readings. */
  get count(): number {
    return this.#count;
  }

  /** Whether it holds readings of the run and of others. */
  get isShared(): boolean {
    return this.#ofOthers > 0 && this.#ofOthers < this.#count;
  }

  /** Returns the record that the Spark job would write if one run had all the readings. */
  record(): OutgoingRecord {
    const { deviceId, startMs } = this.key;
    const { run, startedAt, windowMs, protectKeyFingerprint } = this.rules;
    const { id } = this;
    const anomaly = windowAnomaly(this.#measured);
    const statistics = this.#measured
      .filter(({ count }) => count > 0)
      .map(({ measurement, statistics: own }) => [measurement.name, own] as const);
    const document = {
      ...{ id, deviceId, windowStart: instant(startMs), windowEnd: instant(startMs + windowMs), count: this.#count },
      ...(anomaly === null ? {} : { anomaly }),
      ...Object.fromEntries(statistics),
    };
    return {
      key: deviceId,
      value: JSON.stringify(document),
      headers: {
        ...{ [EVENT_ID_HEADER]: id, [RUN_HEADER]: run, [VERSION_HEADER]: windowVersion(startedAt, this.#count) },
        ...(protectKeyFingerprint === undefined ? {} : { [PROTECTED_HEADER]: protectKeyFingerprint }),
      },
    };
  }
}

/** With six fractional digits, as the Spark job writes it. */
function instant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
