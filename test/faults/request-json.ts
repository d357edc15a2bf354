/** Sends a JSON request. @throws Error when the status is not 2xx */
export async function requestJson<T>(method: 'GET' | 'POST' | 'PUT', url: string, body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const content = body === undefined ? {} : { headers, body: JSON.stringify(body) };
  const response = await fetch(url, { method, ...content });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
