/** @import { PageAnswer } from '../charts/page-answer' */
/** @import { Problem } from './search.js' */

/** @type {Readonly<Record<string, readonly [string, string]>>} */
const PROBLEMS = {
  InvalidInput: ['These filters cannot be used', ''],
  ServiceUnavailable: ['Elasticsearch does not answer', 'Start it with `npm run stack`.'],
  IndexMisconfigured: ['Elasticsearch refuses the search', 'Mend what it names.'],
  Away: ['The server of this page does not answer', 'Start it with `npm run stack`.'],
};

/**
 * Says what is wrong and what to do about it.
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
 * Says why nothing is there and what to do about it; hidden where something is.
 *
 * @param {HTMLElement} place
 * @param {PageAnswer} answer
 * @param {URLSearchParams} filters
 */
export function showEmpty(place, { documents, newestReading, choices }, filters) {
  place.hidden = documents > 0;
  if (documents > 0) return;
  const chosen = ['pipeline', 'device'].flatMap((name) => (filters.has(name) ? [`${name} ${filters.get(name)}`] : []));
  if (newestReading !== null) {
    const time = newestReading.slice(0, 16).replace('T', ' ');
    place.replaceChildren(
      bold('No documents in this stretch of time'),
      paragraph(`The newest reading is of ${time} UTC. Choose another stretch, or all that there is.`),
      linkTo(`?${withoutTimes(filters)}`, 'Show all that there is'),
    );
  } else if (chosen.length > 0 && choices.pipeline.length > 0) {
    place.replaceChildren(bold(`No documents of ${chosen.join(' and ')}`), linkTo('?', 'Show everything'));
  } else {
    place.replaceChildren(
      bold('No documents yet'),
      paragraph('Run a pipeline: `npm start` simulates readings, and this page shows them as they are indexed.'),
    );
  }
}

/** @param {URLSearchParams} filters */
function withoutTimes(filters) {
  return new URLSearchParams([...filters].filter(([name]) => !['range', 'from', 'to'].includes(name)));
}

/** @param {string} text */
function bold(text) {
  const made = document.createElement('strong');
  made.textContent = text;
  return made;
}

/** What stands between backticks is code. @param {string} text */
function paragraph(text) {
  const made = document.createElement('p');
  text.split('`').forEach((part, index) => {
    const code = document.createElement('code');
    code.textContent = part;
    made.append(index % 2 === 1 ? code : part);
  });
  return made;
}

/** @param {string} address @param {string} text */
function linkTo(address, text) {
  const made = document.createElement('a');
  made.href = address;
  made.textContent = text;
  return made;
}
