import type { EndpointSettings } from '../../workers/http/endpoint-settings';

/** Any free port of 127.0.0.1, without TLS and login. */
export const OPEN_ENDPOINT: EndpointSettings = { host: '127.0.0.1', port: 0, certificate: null, login: null };
