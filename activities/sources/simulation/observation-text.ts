import type { Faker } from '@faker-js/faker';

const ACTS = [
  'cleaned the radiation shield',
  'replaced the battery',
  'checked the mounting bolts',
  'recalibrated the sensor',
  'swapped the antenna cable',
  'emptied the rain gauge',
  'updated the firmware',
  'photographed the station',
  'removed a cobweb from the housing',
  'tightened the mast clamp',
];

const FINDINGS = [
  'all readings plausible',
  'slight corrosion on the connector',
  'signal weak after noon',
  'housing dry inside',
  'condensation behind the cover',
  'next visit in a month',
  'clock was two seconds off',
  'grass needs cutting',
];

/** How many of each half a pool holds; a pool has the square of it in different sentences. */
const POOL_SIZE = 32;

/** Makes the sentences of one block: a person's act, and what was found. Drawing from two halves is cheap and varied. */
export function observationTexts(faker: Faker): (first: number, second: number) => string {
  const halves = (make: () => string) => Array.from({ length: POOL_SIZE }, make);
  const acts = halves(() => `${faker.person.fullName()} ${faker.helpers.arrayElement(ACTS)}`);
  const findings = halves(
    () =>
      `${faker.helpers.arrayElement(FINDINGS)}, ${faker.word.adjective()} conditions at ${faker.location.street()}.`,
  );
  const pick = (pool: readonly string[], draw: number) => pool[Math.floor(draw * pool.length)] ?? '';
  return (first, second) => `${pick(acts, first)}: ${pick(findings, second)}`;
}
