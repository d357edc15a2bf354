export type PartName = 'temporal' | 'kafka' | 'elasticsearch' | 'spark' | 'spark-connector' | 'temporal-test-server';

/** How far the installation of one part is; repeated with the time it has taken while nothing else can be told. */
export interface InstallProgress {
  readonly part: PartName;
  /** What is being done, for people. */
  readonly text: string;
  /** Between 0 and 1, where it can be known; 1 once the part is installed. */
  readonly fraction?: number;
}

export type Report = (progress: InstallProgress) => void;

/** Narrows a report to one part and keeps it readable: a line a second at most, and one every five at least. */
export class PartProgress {
  readonly #part: PartName;
  readonly #report: Report;
  readonly #startedAt = Date.now();
  readonly #heartbeat: NodeJS.Timeout;
  #latest: Omit<InstallProgress, 'part'> = { text: 'starting' };
  #reportedAt = 0;

  constructor(part: PartName, report: Report) {
    this.#part = part;
    this.#report = report;
    this.#heartbeat = setInterval(() => {
      if (Date.now() - this.#reportedAt >= 5000) this.#send();
    }, 1000);
  }

  /** Keeps the fraction of before where none is given. */
  update(text: string, fraction = this.#latest.fraction): void {
    this.#latest = { text, ...(fraction !== undefined && { fraction: Math.min(fraction, 0.99) }) };
    if (Date.now() - this.#reportedAt >= 1000) this.#send();
  }

  /** Reports the end; nothing comes after it. */
  done(text: string): void {
    this.stop();
    this.#report({ part: this.#part, text: `${text} in ${this.#seconds()} s`, fraction: 1 });
  }

  /** Ends the heartbeat. Idempotent. */
  stop(): void {
    clearInterval(this.#heartbeat);
  }

  #send(): void {
    this.#reportedAt = Date.now();
    const { text, fraction } = this.#latest;
    const line = `${text} (${this.#seconds()} s)`;
    this.#report({ part: this.#part, text: line, ...(fraction !== undefined && { fraction }) });
  }

  #seconds(): string {
    return ((Date.now() - this.#startedAt) / 1000).toFixed(0);
  }
}
