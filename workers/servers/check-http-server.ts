import { tlsProblem } from '../../activities/contracts/tls-problem';
import type { HttpServer } from '../../activities/http/http-server';
import { reasonOf } from '../reason-of';
import { clockFact } from './clock-skew';
import { sentenceOf, type ServerCheck, ServerProblem, ServerQuestions } from './server-check';

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const OK = 200;

type HttpServerName = 'Kibana' | 'schema registry';

interface Question {
  /** Of the variables that say how to connect to it. */
  readonly prefix: 'KIBANA' | 'SCHEMA_REGISTRY';
  /** What every user may read. */
  readonly path: string;
}

const QUESTIONS: Readonly<Record<HttpServerName, Question>> = {
  Kibana: { prefix: 'KIBANA', path: '/api/status' },
  'schema registry': { prefix: 'SCHEMA_REGISTRY', path: '/schemas/types' },
};

export async function checkHttpServer(
  name: HttpServerName,
  server: HttpServer,
  signal: AbortSignal,
): Promise<ServerCheck> {
  const { prefix } = QUESTIONS[name];
  const questions = new ServerQuestions(signal, (error) => sentenceOf(error) ?? noAnswer(error, prefix));
  const answer: { date?: string | null } = {};
  const sentMs = Date.now();
  await questions.ask(async () => {
    answer.date = await dateOf(name, server, signal);
    return ['answers'];
  });
  const receivedMs = Date.now();
  if (typeof answer.date === 'string') {
    const serverMs = Date.parse(answer.date);
    await questions.ask(() => Promise.resolve([clockFact({ sentMs, serverMs, receivedMs })]));
  }
  return questions.check(name, server.url);
}

/** Returns the header `Date` of an answer, null if there is none. @throws {@link ServerProblem} for any answer but 200 */
async function dateOf(name: HttpServerName, server: HttpServer, signal: AbortSignal): Promise<string | null> {
  const { prefix, path } = QUESTIONS[name];
  const { status, headers, body } = await server.fetch(path, server.security.authorization(), { signal });
  await body?.cancel();
  if (status === OK) return headers.get('date');
  const answer = `It answers GET ${path} with status ${status}`;
  if (status === UNAUTHORIZED || status === FORBIDDEN) {
    const names = ['API_KEY', 'BEARER_TOKEN', 'USERNAME', 'PASSWORD'].map((each) => `${prefix}_${each}`);
    throw new ServerProblem(`${answer}: it refuses the credentials. Correct ${names.join(', ')}.`);
  }
  throw new ServerProblem(`${answer}, expected ${OK}: wait until it is ready, or correct ${prefix}_URL.`);
}

function noAnswer(error: unknown, prefix: Question['prefix']): string {
  const { cause = error } = error as { readonly cause?: unknown };
  const reason = reasonOf(cause);
  const tls = tlsProblem(cause, prefix);
  return tls === undefined
    ? `It does not answer (${reason}): start it, or correct ${prefix}_URL.`
    : `It cannot be used: ${tls} (${reason}).`;
}
