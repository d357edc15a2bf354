/** @import { PageResponse } from '../charts/rendered-panel' */
/** @import { Problem } from './search.js' */

/** @type {Readonly<Record<string, readonly [string, string]>>} */
const PROBLEMS = {
  InvalidInput: ['These filters cannot be used', ''],
  ServiceUnavailable: ['Elasticsearch does not answer', 'Start it with `npm run stack`.'],
  IndexMisconfigured: ['Elasticsearch refuses the search', 'Fix what the message names.'],
  Unreachable: ['The server of this page does not answer', 'Start it with `npm run stack`.'],
};

/**
 * Shows a problem and how to fix it.
 *
 * @param {HTMLElement} place
 * @param {Problem} problem
 */
export function showProblem(place, { type, message }) {
  const [title, advice] = PROBLEMS[type] ?? ['The search failed', ''];
  const lines = [...message.split('; '), ...(advice === '' ? [] : [advice])];
  place.replaceChildren(bold(title), ...lines.map(paragraph));
  if (type === 'InvalidInput') place.append(linkTo('?', 'Show everything'));
  place.hidden = false;
}

/**
 * Explains why there are no documents and what to do; hidden if there are some.
 *
 * @param {HTMLElement} place
 * @param {PageResponse} answer
 * @param {URLSearchParams} filters
 */
export function showEmpty(place, { documents, newestReading, choices }, filters) {
  place.hidden = documents > 0;
  if (documents > 0) return;
  const selected = ['pipeline', 'device'].flatMap((name) =>
    filters.has(name) ? [`${name} ${filters.get(name)}`] : [],
  );
  if (newestReading !== null) {
    const time = newestReading.slice(0, 16).replace('T', ' ');
    place.replaceChildren(
      bold('No documents in this time range'),
      paragraph(`The newest reading is from ${time} UTC. Select another time range, or all times.`),
      linkTo(`?${withoutTimes(filters)}`, 'Show all times'),
    );
  } else if (selected.length > 0 && choices.pipeline.length > 0) {
    place.replaceChildren(bold(`No documents of ${selected.join(' and ')}`), linkTo('?', 'Show everything'));
  } else {
    place.replaceChildren(
      bold('No documents yet'),
      paragraph('Run a pipeline: `npm start` simulates readings, and this page shows them as they are indexed.'),
    );
  }
}

/**
 * Lists the pipelines whose last run is not what was intended, with a link to each; hidden if there is none.
 *
 * @param {HTMLElement} place
 * @param {PageResponse} answer
 */
export function showTroubled(place, { troubled }) {
  place.hidden = troubled.length === 0;
  place.replaceChildren(
    bold('The last run needs a look'),
    ...troubled.map(({ pipeline, problem }) => {
      const line = document.createElement('p');
      line.append(linkTo(`?${new URLSearchParams({ pipeline })}`, pipeline), `: ${problem}`);
      return line;
    }),
  );
}

/** @param {URLSearchParams} filters */
function withoutTimes(filters) {
  return new URLSearchParams([...filters].filter(([name]) => !['range', 'from', 'to'].includes(name)));
}

/** @param {string} text */
function bold(text) {
  const element = document.createElement('strong');
  element.textContent = text;
  return element;
}

/** Text between backticks is code. @param {string} text */
function paragraph(text) {
  const element = document.createElement('p');
  text.split('`').forEach((part, index) => {
    const code = document.createElement('code');
    code.textContent = part;
    element.append(index % 2 === 1 ? code : part);
  });
  return element;
}

/** @param {string} address @param {string} text */
function linkTo(address, text) {
  const element = document.createElement('a');
  element.href = address;
  element.textContent = text;
  return element;
}
