/** Requests that may be answered in any order, passed in the order in which they were sent. */
export class AcknowledgedPrefix<T> {
  #sent = 0;
  #passed = 0;
  readonly #waiting = new Map<number, T>();

  /** @returns the number under which this request is to be acknowledged */
  sent(): number {
    return this.#sent++;
  }

  /** @returns what is passed by this acknowledgement: nothing while an earlier request is not answered */
  acknowledged(number: number, answer: T): readonly T[] {
    this.#waiting.set(number, answer);
    const passed: T[] = [];
    for (let next = this.#waiting.get(this.#passed); next !== undefined; next = this.#waiting.get(this.#passed)) {
      this.#waiting.delete(this.#passed++);
      passed.push(next);
    }
    return passed;
  }
}
