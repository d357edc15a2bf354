/** @import { RunningPipeline, RunningPipelines, RunningProof } from '../charts/running-pipeline' */

/**
 * Shows what the running pipelines say of themselves; hidden if none runs.
 *
 * @param {HTMLElement} place
 * @param {RunningPipelines} answer
 */
export function showRunning(place, { pipelines, unreachable }) {
  place.hidden = pipelines.length === 0 && unreachable === undefined;
  const title = document.createElement('strong');
  title.textContent = unreachable === undefined ? 'Running pipelines' : 'Temporal does not answer';
  const away = unreachable === undefined ? [] : [line(`What pipelines do now is not known: ${unreachable}`)];
  place.replaceChildren(title, ...away, ...pipelines.flatMap(linesOf));
}

/** @param {RunningPipeline} pipeline */
function linesOf(pipeline) {
  if (pipeline.state === null) return [line(`${pipeline.name}: no worker answers for it`)];
  const { name, state, phase, attention, produced, waiting, behindMs, p95Ms, proof } = pipeline;
  const provenUntil = proof?.provenUntil ?? null;
  const proven = provenUntil === null ? '' : `, proven until ${minute(provenUntil)}`;
  const behind = `${behindText('Spark', behindMs.spark)}${behindText('readings', behindMs.readings)}`;
  const fresh = p95Ms === null ? '' : `, 95 % indexed within ${seconds(p95Ms)}`;
  const now = `${name}: ${phase}${state === 'RUNNING' ? '' : `, ${state}`}`;
  return [
    line(`${now}, produced ${count(produced)}, waiting ${count(waiting)}${behind}${fresh}${proven}`),
    ...(proof === null ? [] : rangeLines(proof)),
    ...attention.flatMap(({ state: kind, place, reason, command }) => [
      line(`${kind} ${place}: ${reason}`),
      ...(command === null ? [] : [code(command)]),
    ]),
  ];
}

/**
 * @param {string} stage
 * @param {number | null} ms
 */
function behindText(stage, ms) {
  return ms === null ? '' : `, ${stage} behind by ${seconds(ms)}`;
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** @param {RunningProof} proof */
function rangeLines({ latest, earlier }) {
  const last = latest.map(({ number, provenAt }) => `${number} at ${minute(provenAt)}`).join(', ');
  return [
    ...(latest.length === 0 ? [] : [line(`range last proven: ${last}`)]),
    ...(earlier === null ? [] : [line(earlierText(earlier))]),
  ];
}

/** @param {NonNullable<RunningProof['earlier']>} earlier */
function earlierText({ first, last, provenAt, turnMs }) {
  const turn = `each again within ${count(Math.ceil(turnMs / 60_000))} min`;
  return `ranges ${first} to ${last}: ${turn}, longest ago at ${minute(provenAt)}`;
}

/** @param {string} time in ISO 8601 */
function minute(time) {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

/** @param {number} number */
function count(number) {
  return number.toLocaleString('en-US');
}

/** @param {string} text */
function line(text) {
  const element = document.createElement('p');
  element.textContent = text;
  return element;
}

/** @param {string} command */
function code(command) {
  const element = document.createElement('pre');
  element.textContent = command;
  return element;
}
