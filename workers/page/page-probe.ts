import { once } from 'node:events';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { text } from 'node:stream/consumers';

/** The title of the page, which a browser also shows when it asks for the password. */
export const TITLE = 'Streaming pipeline';

/** Checks that the page, or its login, answers at a URL. Nothing secret is sent. @throws Error with the reason */
export async function probePage(address: string, signal: AbortSignal): Promise<void> {
  // Its certificate may be that of another name, under which users ask for it.
  const request = address.startsWith('https:')
    ? getHttps(address, { signal, agent: false, rejectUnauthorized: false })
    : getHttp(address, { signal, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await text(response);
  const isPage = response.statusCode === 200 && body.includes(`<title>${TITLE}`);
  const isLogin = response.headers['www-authenticate']?.includes(`"${TITLE}"`) === true;
  if (!isPage && !isLogin) throw new Error(`${address} is not the page`);
}
