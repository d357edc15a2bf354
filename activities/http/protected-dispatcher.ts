import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { TlsTexts } from '../contracts/tls-problem';

/**
 * Returns what opens the connections of `fetch`; they stay open between requests.
 *
 * @param tls - called for each new connection, so that it uses what files hold then
 */
export function protectedDispatcher(tls: () => TlsTexts): Dispatcher {
  let known = '';
  let connect = buildConnector({});
  return new Agent({
    connect: (options, callback) => {
      try {
        const texts = tls();
        const current = JSON.stringify(texts);
        // A connector resumes TLS sessions, so that it is replaced only for other certificates.
        if (current !== known) connect = buildConnector({ ...texts });
        known = current;
      } catch (error) {
        callback(error as Error, null);
        return;
      }
      connect(options, callback);
    },
  });
}
