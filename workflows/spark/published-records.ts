/** How many records a topic had at some time. */
interface Look {
  readonly ms: number;
  readonly records: number;
}

/** Enough for hours; what was published before the first of them counts as from then. */
const MAX_LOOKS = 500;

/** How far a topic reached at each look at it, which tells when a record was published without reading it. */
export class PublishedRecords {
  #looks: readonly Look[];

  /** @param looks - those of an execution before this one */
  constructor(looks: readonly Look[]) {
    this.#looks = looks;
  }

  get looks(): readonly Look[] {
    return this.#looks;
  }

  /**
   * Takes down a look, and returns how old the newest of the finished records is, in ms; 0 if no record waits.
   *
   * Between two looks, records are taken to be published evenly.
   *
   * @param nowMs - never less than before
   */
  ageOf(finished: number, waiting: number, nowMs: number): number {
    const looks = [...this.#looks, { ms: nowMs, records: finished + waiting }];
    const next = looks.findIndex(({ records }) => records > finished);
    const before = next === -1 ? looks.length - 1 : Math.max(0, next - 1);
    // Finished records never become fewer, so that earlier looks are not needed any more.
    this.#looks = looks.slice(before).slice(-MAX_LOOKS);
    const [from, to] = [looks[before], looks[next]];
    if (waiting === 0 || from === undefined || to === undefined) return 0;
    const share = from === to ? 1 : Math.max(0, finished - from.records) / (to.records - from.records);
    return Math.round(nowMs - (from.ms + share * (to.ms - from.ms)));
  }
}
