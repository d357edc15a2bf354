import type { ServerCheck } from '../../../workers/servers/server-check';
import { watchServers } from '../../../workers/servers/watch-servers';

const ANSWERS: ServerCheck = { server: 'Temporal', address: 'one:7233', facts: ['answers'], problems: [] };
const KAFKA = { server: 'Kafka', address: 'one:9092' } as const;

/** Watches servers that are found so, one time after the other. */
async function linesOf(...times: readonly (readonly ServerCheck[])[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const waiting = [...times];
  const check = (): Promise<readonly ServerCheck[]> => Promise.resolve(waiting.shift() ?? []);
  const { signal } = new AbortController();
  await watchServers(
    check,
    (line) => lines.push(line),
    signal,
    () => Promise.resolve(),
  );
  expect(waiting).toEqual([]);
  return lines;
}

function refusing(problem: string): ServerCheck {
  return { ...KAFKA, facts: [], problems: [problem] };
}

describe('watchServers', () => {
  it('prints what every server answers, and ends if nothing is wrong', async () => {
    expect(await linesOf([ANSWERS, { ...KAFKA, facts: ['answers'], problems: [] }])).toEqual([
      'Temporal at one:7233: answers',
      'Kafka at one:9092: answers',
    ]);
  });

  it('tries again, prints another problem and that it is mended, and nothing that it has said before', async () => {
    const lines = await linesOf(
      [ANSWERS, refusing('It is away (attempt 1).')],
      [ANSWERS, refusing('It is away (attempt 2).')],
      [ANSWERS, refusing('It refuses the credentials.')],
      [ANSWERS, { ...KAFKA, facts: ['answers'], problems: [] }],
    );
    expect(lines).toEqual([
      'Temporal at one:7233: answers',
      '✖ Kafka at one:9092: It is away (attempt 1).',
      '✖ Kafka at one:9092: It refuses the credentials.',
      'Kafka at one:9092 is mended',
    ]);
  });
});
