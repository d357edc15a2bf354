import type { Faker } from '@faker-js/faker';

const ACTIONS = [
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

/** Number of first and of second halves per block; the number of sentences is its square. */
const POOL_SIZE = 32;

/** Generates the sentences of one block: an action and a finding. Combining two halves is cheap and varied. */
export function observationTexts(faker: Faker): (first: number, second: number) => string {
  const halves = (generate: () => string) => Array.from({ length: POOL_SIZE }, generate);
  const actions = halves(() => `${faker.person.fullName()} ${faker.helpers.arrayElement(ACTIONS)}`);
  const findings = halves(
    () =>
      `${faker.helpers.arrayElement(FINDINGS)}, ${faker.word.adjective()} conditions at ${faker.location.street()}.`,
  );
  const pick = (pool: readonly string[], random: number) => pool[Math.floor(random * pool.length)] ?? '';
  return (first, second) => `${pick(actions, first)}: ${pick(findings, second)}`;
}
