import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Question } from '../../../activities/contracts/inspection';
import type { JsonObject } from '../../../activities/contracts/json-object';
import { fileSample } from '../../../activities/inspection/file-sample';
import { proposal } from '../../../activities/inspection/proposal';
import { sampledFile } from '../../../activities/inspection/sampled-file';
import { judgeEach, STARTED_AT, type JudgedBatch } from '../../deploy/spark/judged-records';
import { planOf, type Written } from '../../deploy/spark/spark-run';
import { CASE_FILES, type CaseFile } from './case-files';
import { MORE_CASE_FILES } from './more-case-files';

const CASES = [...CASE_FILES, ...MORE_CASE_FILES];

interface Inspected {
  readonly input: JsonObject;
  readonly questions: readonly Question[];
  readonly unanswered: readonly Question[];
  readonly batch: JudgedBatch;
  /** Reasons of the dead letters of the file source. */
  readonly refused: readonly string[];
}

/** Inspects a file, and once more with its questions answered. */
async function inspected(folder: string, { name, content, answers = {} }: CaseFile): Promise<Inspected> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const { input, questions } = proposal(await fileSample(path, {}), {});
  const given = answers as JsonObject;
  const answered = proposal(await fileSample(path, given), given);
  const plan = { ...planOf('inspected', answered.input), startedAt: STARTED_AT };
  const { records, refused } = await sampledFile(plan);
  return {
    input,
    questions,
    unanswered: answered.questions,
    batch: { plan, records },
    refused: refused.map(({ reason }) => reason),
  };
}

let folder: string;
let accounts: ReadonlyMap<string, Inspected>;
let written: ReadonlyMap<string, readonly Written['value'][]>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'case-files-'));
  const found = new Map<string, Inspected>();
  for (const file of CASES) found.set(file.name, await inspected(folder, file));
  accounts = found;
  const judged = judgeEach([...found.values()].map(({ batch }) => batch));
  const names = [...found.keys()];
  written = new Map(judged.map((judgement, at) => [names[at] ?? '', judgement.written.map(({ value }) => value)]));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each(CASES)(
  'the proposal for $name',
  ({ name, source, questions, answers = {}, reading, read, absent = 0, dead = {} }) => {
    it('recognises how it is written', () => {
      expect(accounts.get(name)?.input['source']).toMatchObject(source);
    });

    it('asks what is ambiguous, with the proposed answer first, and nothing that is answered', () => {
      const asked = accounts.get(name)?.questions ?? [];
      expect(asked.map(({ setting }) => setting)).toEqual(questions);
      for (const { answers: first } of asked) expect(accounts.get(name)?.input).toMatchObject(first[0] ?? {});
      const open = accounts.get(name)?.unanswered.map(({ setting }) => setting) ?? [];
      expect(open.filter((setting) => isGiven(setting, answers))).toEqual([]);
    });

    it('reads it once its questions are answered', () => {
      const values = written.get(name) ?? [];
      const readings = values.filter((value) => 'timestamp' in value);
      expect(readings[0]).toMatchObject(reading);
      const reasons = values.flatMap(({ reason }) => (typeof reason === 'string' ? [reason] : []));
      const letters = [...reasons, ...(accounts.get(name)?.refused ?? [])];
      const without = values.length - readings.length - reasons.length;
      expect({ read: readings.length, absent: without, dead: countOf(letters) }).toEqual({ read, absent, dead });
    });
  },
);

function isGiven(setting: string, answers: object): boolean {
  return (
    setting.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], answers) !==
    undefined
  );
}

function countOf(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
