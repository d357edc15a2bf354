/** Works that run at the same time and fail together. */
export class SideBySide {
  readonly #failed = new AbortController();
  readonly #works: Promise<void>[] = [];
  /** Aborted when the signal that was given is, and with the error of the first work that fails. */
  readonly signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#failed.signal]);
  }

  /** Starts a work, which has to end when `signal` is aborted. @returns its end, for works that need what it finds */
  start(work: () => Promise<void>): Promise<void> {
    const running = work().catch((error: unknown) => {
      this.#failed.abort(error);
      throw error;
    });
    this.#works.push(running);
    return running;
  }

  /** Resolves when all works have ended. @throws the error of one that failed, when none runs any more */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#works);
    await Promise.all(this.#works);
  }
}
