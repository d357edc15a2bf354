import { hash } from 'node:crypto';

/** Of a sha256 in hexadecimal digits: 128 bits. */
const DIGITS = 32;

/** A sum of facts that does not depend on their order: another fact, one more or one less makes another sum. */
export class FactChecksum {
  #sum: bigint;

  /** @param text - that of the facts before */
  constructor(text = '0') {
    this.#sum = BigInt(`0x${text}`);
  }

  get text(): string {
    return this.#sum.toString(16);
  }

  add(fact: object): void {
    const digits = hash('sha256', JSON.stringify(fact), 'hex').slice(0, DIGITS);
    this.#sum = BigInt.asUintN(4 * DIGITS, this.#sum + BigInt(`0x${digits}`));
  }
}
