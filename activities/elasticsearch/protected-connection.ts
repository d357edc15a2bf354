import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, type RequestOptions } from 'node:https';
import { HttpConnection } from '@elastic/elasticsearch';
import type { HttpSecurity } from '../http/http-server';
import type { TlsTexts } from '../contracts/tls-problem';

/** As the client's own agents; the session of a host is resumed by later sockets. */
const AGENT_OPTIONS = { keepAlive: true, keepAliveMsecs: 1_000, maxSockets: 256, maxFreeSockets: 256 };

/** Returns a kind of connection for the client of Elasticsearch: each request and each socket uses what files hold then. */
export function protectedConnection({ authorization, tls }: HttpSecurity): typeof HttpConnection {
  return class extends HttpConnection {
    constructor(options: ConstructorParameters<typeof HttpConnection>[0]) {
      const isTls = options.url.protocol === 'https:';
      super({ ...options, ...(isTls && { agent: () => new ProtectedAgent(tls) }) });
    }

    /** Not as a header of the client, which stands in its errors. */
    override buildRequestObject(
      params: Parameters<HttpConnection['buildRequestObject']>[0],
      options: Parameters<HttpConnection['buildRequestObject']>[1],
    ): ReturnType<HttpConnection['buildRequestObject']> {
      const built = super.buildRequestObject(params, options);
      const header = authorization();
      if (header === null) return built;
      return { ...built, headers: { ...(built.headers as OutgoingHttpHeaders), authorization: header } };
    }
  };
}

class ProtectedAgent extends Agent {
  constructor(private readonly tls: () => TlsTexts) {
    super(AGENT_OPTIONS);
  }

  override createConnection(
    options: RequestOptions,
    callback?: Parameters<Agent['createConnection']>[1],
  ): ReturnType<Agent['createConnection']> {
    return super.createConnection({ ...options, ...this.tls() }, callback);
  }
}
