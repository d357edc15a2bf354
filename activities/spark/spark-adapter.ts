import type { JobSettings } from './job-settings';
import type { SparkHandle } from './types';

/** One driver to be started. */
export interface DriverRequest {
  /** Absolute; unlike any other start's. */
  readonly runFolder: string;
  readonly settings: JobSettings;
  readonly memoryMb: number;
  /** So little work that starting quickly saves more than running fast. */
  readonly brief: boolean;
}

export interface DriverState {
  readonly running: boolean;
  readonly exitOk: boolean | null;
}

/** Waits; throws where the one who waits is told to stop. */
export type Pause = (ms: number) => Promise<void>;

/** A place where Spark drivers run. */
export interface SparkAdapter {
  /**
   * Starts a driver; repeating it for one run folder gives the first handle, whether that driver is alive or done.
   *
   * @throws SparkFailed when the driver's process cannot be started
   */
  submit(request: DriverRequest): Promise<SparkHandle>;
  poll(handle: SparkHandle): Promise<DriverState>;
  /** Ends a driver and its Python process, hard after `graceMs`; nothing happens where they are gone already. */
  stop(handle: SparkHandle, graceMs: number, pause: Pause): Promise<void>;
}
