import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { createDashboardActivities } from '../../../activities/dashboards';

const FILE = join(__dirname, '..', '..', '..', 'kibana', 'dashboards.ndjson');
const SECRET = 'dGhlIHNlY3JldA==';

interface Request {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;

/** A server that answers as the documentation of Kibana's import says; the last answer is given again and again. */
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

const IMPORTED = json(200, { success: true, successCount: 5, warnings: [], successResults: [] });
const STARTING: Answer = (response) => {
  response.writeHead(503).end('Kibana server is not ready yet');
};
const NO_CREDENTIALS = json(401, { statusCode: 401, error: 'Unauthorized', message: 'unable to authenticate user' });
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
  return createDashboardActivities({ url, authorization, file: FILE }).deployDashboards();
}

describe('deployDashboards', () => {
  it('imports the file over what is there', async () => {
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

  it('goes into the space that the address names, without credentials where there are none', async () => {
    kibana.answer(IMPORTED);
    await deploy(`${kibana.url}/s/plant/`, null);
    expect(kibana.requests[0]?.url).toBe('/s/plant/api/saved_objects/_import?overwrite=true');
    expect(kibana.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('names the objects that an answer of status 200 refuses', async () => {
    kibana.answer(IN_PART);
    await expect(deploy()).rejects.toMatchObject({
      type: 'DashboardsRefused',
      message: expect.stringContaining(
        'took 4 objects and refused dashboard pipeline-overview (missing_references)',
      ) as string,
    });
  });

  it('says which settings to mend where the credentials are refused, and never tells them', async () => {
    kibana.answer(NO_CREDENTIALS);
    const failure = await deploy().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      type: 'DashboardsRefused',
      nonRetryable: false,
      message: expect.stringContaining('KIBANA_API_KEY') as string,
    });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(SECRET);
  });

  it('waits for a Kibana that is starting', async () => {
    kibana.answer(STARTING, IMPORTED);
    await expect(deploy()).rejects.toMatchObject({ type: 'ServiceUnavailable', nonRetryable: false });
    expect(await deploy()).toEqual({ objects: 5 });
  });

  it('waits for a Kibana that is away', async () => {
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
  ])('takes %s for no Kibana', async (_, answer) => {
    kibana.answer(answer);
    await expect(deploy()).rejects.toMatchObject({
      type: 'DashboardsRefused',
      message: expect.stringContaining('Mend KIBANA_URL') as string,
    });
    expect(kibana.requests).toHaveLength(1);
  });

  it('says that no Kibana is configured', async () => {
    await expect(createDashboardActivities(null).deployDashboards()).rejects.toMatchObject({
      type: 'DashboardsRefused',
      message: expect.stringContaining('KIBANA_URL') as string,
    });
  });
});
