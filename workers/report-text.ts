import type { RunReport, StageReport } from '../activities/contracts/report';
import type { PipelineProgress } from '../workflows/control/progress';

/** In the first line of a report; all of them are listed below. */
const MAX_REASONS = 3;

/** Formats the progress query of a run as one line, and what needs attention as more lines below it. */
export function progressLine(progress: PipelineProgress): string {
  const { phase, produced, processed, indexed, deadLetters, lag, ratePerSecond, attention } = progress;
  const line =
    `${phase}: produced ${count(produced)}, processed ${count(processed)}, indexed ${count(indexed)}, ` +
    `dead letters ${count(deadLetters)}, lag ${count(lag)}, ${count(ratePerSecond)}/s`;
  return [line, ...attention.flatMap(attentionLines)].join('\n');
}

function attentionLines({ state, stage, partition, reason, command }: PipelineProgress['attention'][number]): string[] {
  const place = partition === null ? stage : `${stage} partition ${partition}`;
  return [`  ${state} ${place}: ${reason}`, ...(command === null ? [] : [`    ${command}`])];
}

/** Formats the report of a run for people. */
export function reportText(report: RunReport): string {
  const { stages, proof, name, run, sparkStarts, notes } = report;
  const rows = Object.entries(stages).map(([stage, totals]) => stageRow(stage, totals));
  return [
    ...floodLines(report),
    `Run ${run} of ${name}: ${seconds(report.durationMs)} s, ${firstText(report)}${sparkStarts} Spark ${sparkStarts === 1 ? 'start' : 'starts'}`,
    ...absentLines(report),
    '',
    columns(['stage', 'in', 'out', 'dead letters', 'MB', 'seconds', 'per second']),
    ...rows,
    '',
    ...proofLines(report),
    ...notes.map((note) => `note: ${note}`),
    '',
    proof.reconciled
      ? 'RECONCILED: nothing lost, nothing counted twice, proven by ids from Kafka and Elasticsearch alone.'
      : 'NOT RECONCILED: see the discrepancies above.',
  ].join('\n');
}

function firstText({ firstIndexedMs }: RunReport): string {
  return firstIndexedMs === null ? '' : `first readings indexed after ${seconds(firstIndexedMs)} s, `;
}

/** The reasons, the commonest first, and the first dead letter. */
function floodLines({ deadLetterFlood: flood, proof }: RunReport): string[] {
  if (flood === null) return [];
  const { deadLetters, absent, records, maxRatio, example } = flood;
  const byNumber = Object.entries(proof.deadLettersByReason).sort(([, one], [, other]) => other - one);
  const reasons = byNumber.slice(0, MAX_REASONS).map(([reason, number]) => `${reason} ${count(number)}`);
  const most =
    absent > 0 && absent + deadLetters === records
      ? `NOTHING INDEXED: of ${count(records)} records ${count(absent)} have no value of any measurement and ` +
        `${count(deadLetters)} are dead letters; source.fields and source.long say where values stand`
      : `DEAD LETTERS: ${count(deadLetters)} of ${count(records)} records cannot be used, more than the ` +
        `maxDeadLetterRatio of ${maxRatio}`;
  const first = example === null ? '' : ` The first: ${example}`;
  return [`${most}${reasons.length === 0 ? '' : `: ${reasons.join(', ')}`}.${first}`, ''];
}

function absentLines({ proof }: RunReport): string[] {
  if (proof.absent === 0) return [];
  return [`absent: ${count(proof.absent)} records have no value of any measurement`];
}

function proofLines({ proof }: RunReport): string[] {
  const reasons = Object.entries(proof.deadLettersByReason).map(([reason, number]) => `${reason} ${count(number)}`);
  const discrepancies = Object.entries(proof.discrepancies).map(([kind, number]) => `  ${count(number)} × ${kind}`);
  return [
    `by ids: ${plannedText(proof)}published ${count(proof.published)}` +
      ` = indexed ${count(proof.indexed)}${proof.expired > 0 ? ` + expired ${count(proof.expired)}` : ''}` +
      `${proof.absent > 0 ? ` + absent ${count(proof.absent)}` : ''} + dead letters ${count(proof.deadLetters)}` +
      `; windows ${count(proof.windows)} holding ${count(proof.windowedReadings)} readings`,
    `repeats ${count(proof.repeats)}, conflicts ${count(proof.conflicts)}, records of other runs ${count(proof.foreign)}`,
    ...(proof.windowsShared > 0 ? [`windows with readings of other runs too ${count(proof.windowsShared)}`] : []),
    ...(proof.windowsExpired > 0 ? [`windows expired ${count(proof.windowsExpired)}`] : []),
    ...(proof.deadLettersResolved > 0 ? [`dead letters resolved ${count(proof.deadLettersResolved)}`] : []),
    ...(reasons.length > 0 ? [`dead letters: ${reasons.join(', ')}`] : []),
    ...discrepancies,
    ...proof.examples.slice(0, 10).map(({ kind, id }) => `    ${id}: ${kind}`),
  ];
}

function stageRow(stage: string, totals: StageReport): string {
  const { in: taken, out, deadLetters, bytes, durationMs } = totals;
  const numbers = [taken, out, deadLetters].map(count);
  return columns([stage, ...numbers, (bytes / 1e6).toFixed(1), seconds(durationMs), count(totals.ratePerSecond)]);
}

function columns([first = '', ...rest]: readonly string[]): string {
  return first.padEnd(12) + rest.map((cell) => cell.padStart(13)).join('');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(1);
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** Of a plan that names an id twice, fewer are published. */
function plannedText({ planned, published }: RunReport['proof']): string {
  if (planned === null) return '';
  return `planned ${count(planned)}${planned === published ? ' = ' : ', '}`;
}
