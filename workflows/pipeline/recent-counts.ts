/** So many of the latest records count; all of them if there are fewer. */
const RECENT_RECORDS = 1_000;

/** Processed records, and those among them that are dead letters or have no value of any measurement. */
export interface ProcessedCounts {
  readonly records: number;
  readonly deadLetters: number;
  readonly absent: number;
}

const NONE: ProcessedCounts = { records: 0, deadLetters: 0, absent: 0 };

/** Growing counts of a run, and those of its latest records. */
export class RecentCounts {
  /** From the counts before the latest records to the counts now. */
  #history: readonly ProcessedCounts[] = [NONE];

  /** Takes the counts now; smaller ones than before are of a stage that reports late. */
  add({ records, deadLetters, absent }: ProcessedCounts): void {
    const latest = this.#latest;
    const now = {
      records: Math.max(records, latest.records),
      deadLetters: Math.max(deadLetters, latest.deadLetters),
      absent: Math.max(absent, latest.absent),
    };
    const before = now.records === latest.records ? this.#history.slice(0, -1) : this.#history;
    const history = [...before, now];
    const firstRecent = history.findIndex((counts) => counts.records > now.records - RECENT_RECORDS);
    this.#history = history.slice(Math.max(0, firstRecent - 1));
  }

  get recent(): ProcessedCounts {
    const [first = NONE] = this.#history;
    const { records, deadLetters, absent } = this.#latest;
    return {
      records: records - first.records,
      deadLetters: deadLetters - first.deadLetters,
      absent: absent - first.absent,
    };
  }

  get #latest(): ProcessedCounts {
    return this.#history.at(-1) ?? NONE;
  }
}
