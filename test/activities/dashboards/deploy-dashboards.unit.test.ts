import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { HttpServer } from '../../../activities/http/http-server';
import { activitiesWith } from '../../support/activities';

const FILE = join(__dirname, '..', '..', '..', 'kibana', 'dashboards.ndjson');
/** Base64 of `elastic:a hidden word`. */
const SECRET = 'ZWxhc3RpYzphIGhpZGRlbiB3b3Jk';
const PASSWORD = 'a hidden word';

interface Request {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;

/** A server that responds as Kibana's import API is documented; the last response is repeated. */
class FakeKibana {
  readonly requests: Request[] = [];
  readonly #server: Server;
  #answers: readonly Answer[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url = '', headers } = request;
        this.requests.push({ url, headers, body: Buffer.concat(chunks).toString('utf8') });
        const [answer, ...others] = this.#answers;
        if (others.length > 0) this.#answers = others;
        answer?.(response);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answer(...answers: readonly Answer[]): void {
    this.#answers = answers;
    this.requests.length = 0;
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const json =
  (status: number, body: object): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

const html =
  (text: string): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>${text}</p>`);
  };

const IMPORTED = json(200, { success: true, successCount: 5, warnings: [], successResults: [] });
const STARTING: Answer = (response) => {
  response.writeHead(503).end('Kibana server is not ready yet');
};
const NO_CREDENTIALS = json(401, { statusCode: 401, error: 'Unauthorized', message: 'unable to authenticate user' });
const TOO_OLD =
  'Document "pipeline-readings" belongs to a more recent version of Kibana [8.8.0] when the last known version is [7.17.0].';
const IN_PART = json(200, {
  success: false,
  successCount: 4,
  errors: [
    {
      id: 'pipeline-overview',
      type: 'dashboard',
      meta: { title: 'Streaming pipeline' },
      error: { type: 'missing_references', references: [{ type: 'index-pattern', id: 'pipeline-runs' }] },
    },
  ],
});

let kibana: FakeKibana;
beforeEach(async () => {
  kibana = new FakeKibana();
  await kibana.listen();
});
afterEach(async () => {
  await kibana.close();
});

function deploy(url = kibana.url, authorization: string | null = `ApiKey ${SECRET}`) {
  const server = new HttpServer(url, { authorization: () => authorization, tls: () => ({}) });
  return activitiesWith({ dashboards: { server, file: FILE } }).deployDashboards();
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  const failure: unknown = await work.catch((error: unknown) => error);
  if (failure instanceof Error) return failure;
  throw new Error('expected it to fail');
}

/** What a workflow history contains of a failure. */
function everythingOf(failure: Error): string {
  const cause = failure.cause instanceof Error ? everythingOf(failure.cause) : '';
  return JSON.stringify(failure, Object.getOwnPropertyNames(failure)) + cause;
}

describe('deployDashboards', () => {
  it('imports the file and overwrites existing objects', async () => {
    kibana.answer(IMPORTED);
    expect(await deploy()).toEqual({ objects: 5 });
    expect(await deploy()).toEqual({ objects: 5 });
    const [request] = kibana.requests;
    expect(request?.url).toBe('/api/saved_objects/_import?overwrite=true');
    expect(request?.headers).toMatchObject({
      'kbn-xsrf': 'true',
      authorization: `ApiKey ${SECRET}`,
      'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/) as string,
    });
    expect(request?.body).toContain('name="file"; filename="dashboards.ndjson"');
    expect(request?.body).toContain(readFileSync(FILE, 'utf8'));
  });

  it('imports into the space of the address, without credentials if there are none', async () => {
    kibana.answer(IMPORTED);
    await deploy(`${kibana.url}/s/plant/`, null);
    expect(kibana.requests[0]?.url).toBe('/s/plant/api/saved_objects/_import?overwrite=true');
    expect(kibana.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('names the objects that a response with status 200 rejects', async () => {
    kibana.answer(IN_PART);
    await expect(deploy()).rejects.toMatchObject({
      type: 'DashboardsRefused',
      message: expect.stringContaining(
        'imported 4 objects and rejected dashboard pipeline-overview (missing_references)',
      ) as string,
    });
  });

  it('names the settings to correct if the credentials are rejected, and never shows them', async () => {
    kibana.answer(NO_CREDENTIALS);
    const failure = await failureOf(deploy());
    expect(failure).toMatchObject({
      type: 'DashboardsRefused',
      nonRetryable: false,
      message: expect.stringContaining('KIBANA_API_KEY') as string,
    });
    expect(everythingOf(failure)).not.toContain(SECRET);
  });

  it('includes what Kibana reports about a rejected object', async () => {
    const error = { type: 'unknown', statusCode: 422, message: TOO_OLD };
    kibana.answer(json(200, { success: false, successCount: 0, errors: [{ id: 'a', type: 'dashboard', error }] }));
    await expect(deploy()).rejects.toMatchObject({
      message: expect.stringContaining(`rejected dashboard a (unknown: ${TOO_OLD})`) as string,
    });
  });

  it('retries while Kibana is starting, and includes its message', async () => {
    kibana.answer(STARTING, IMPORTED);
    await expect(deploy()).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      nonRetryable: false,
      message: expect.stringContaining('503, "Kibana server is not ready yet"') as string,
    });
    expect(await deploy()).toEqual({ objects: 5 });
  });

  it.each<[string, number, string, string]>([
    ['that is too old', 400, TOO_OLD, '8.19'],
    ['that is too old for a type', 422, TOO_OLD, '8.19'],
    ['that knows no such path or space', 404, 'Not Found', 'Correct KIBANA_URL'],
    ['that does not know the credentials', 401, 'unable to authenticate user [elastic]', 'KIBANA_API_KEY'],
    ['whose user may not write', 403, 'Unable to bulk_create dashboard,index-pattern', 'KIBANA_API_KEY'],
    [
      'that takes no such size',
      413,
      'Payload content length greater than maximum allowed: 10',
      'Correct what the message names',
    ],
    ['that is overloaded', 429, 'Too Many Requests', 'is retried'],
    ['that fails', 500, 'An internal server error occurred. Check Kibana server logs', 'is retried'],
  ])(
    'of a Kibana %s it tells what was asked, its status and message, and what to do',
    async (_, status, said, advice) => {
      kibana.answer(json(status, { statusCode: status, error: 'Any', message: said }));
      const { message } = await failureOf(deploy());
      expect(message).toContain(`POST ${kibana.url}/api/saved_objects/_import?overwrite=true`);
      expect(message).toContain(`${status}, "${said}"`);
      expect(message).toContain(advice);
    },
  );

  it('shows the address of a redirect, without its query', async () => {
    const location = 'https://anna:word@login.example/realms/a?state=0123';
    kibana.answer((response) => response.writeHead(302, { location }).end());
    const { message } = await failureOf(deploy());
    expect(message).toContain('302, a redirect to https://login.example/realms/a.');
  });

  it.each<[string, string, string]>([
    ['a page', 'text/html; charset=utf-8', `<!doctype html>\n<title>Log in</title>${'x'.repeat(10_000)}`],
    ['text', 'text/plain', `Log in\nfirst${'x'.repeat(10_000)}`],
  ])('shows the beginning of %s if JSON is expected', async (_, type, body) => {
    kibana.answer((response) => response.writeHead(200, { 'content-type': type }).end(body));
    const { message } = await failureOf(deploy());
    expect(message).toContain(`200, "${body.replace('\n', ' ').slice(0, 40)}`);
    expect(message).toContain(type);
    expect(message.length).toBeLessThan(1_000);
  });

  it('hides credentials that a response repeats', async () => {
    const said = `bad header Basic ${SECRET} of elastic:${PASSWORD}`;
    for (const answer of [json(400, { message: said }), json(502, { message: said }), html(said)]) {
      kibana.answer(answer);
      const failure = await failureOf(deploy(kibana.url, `Basic ${SECRET}`));
      expect(failure.message).toContain('bad header Basic *** of elastic:***');
      expect(everythingOf(failure)).not.toMatch(new RegExp(`${SECRET}|${PASSWORD}`));
    }
  });

  it('hides credentials that cannot be sent', async () => {
    const failure = await failureOf(deploy(kibana.url, 'ApiKey one\ntwo'));
    expect(failure.message).toContain('is an invalid header value');
    expect(everythingOf(failure)).not.toContain('two');
  });

  it('retries if Kibana does not respond', async () => {
    const { url } = kibana;
    await kibana.close();
    await expect(deploy(url)).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      nonRetryable: false,
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
    kibana = new FakeKibana();
    await kibana.listen(Number(new URL(url).port));
    kibana.answer(IMPORTED);
    expect(await deploy(url)).toEqual({ objects: 5 });
  });

  it.each<[string, Answer]>([
    ['a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['a redirection', (response) => response.writeHead(302, { location: '/login' }).end()],
    ['a path that is not there', json(404, { statusCode: 404, error: 'Not Found' })],
    ['another answer of status 200', json(200, { acknowledged: true })],
  ])('does not accept %s as Kibana', async (_, answer) => {
    kibana.answer(answer);
    await expect(deploy()).rejects.toMatchObject({
      type: 'DashboardsRefused',
      message: expect.stringContaining('Correct KIBANA_URL') as string,
    });
    expect(kibana.requests).toHaveLength(1);
  });

  it('reports that no Kibana is configured', async () => {
    await expect(activitiesWith({}).deployDashboards()).rejects.toMatchObject({
      type: 'DashboardsRefused',
      message: expect.stringContaining('KIBANA_URL') as string,
    });
  });
});
