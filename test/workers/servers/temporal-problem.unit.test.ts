import { temporalProblem } from '../../../workers/servers/temporal-problem';

function grpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code, details: message, metadata: {} });
}

describe('temporalProblem', () => {
  it.each([
    [16, 'Request unauthorized.', 'It refuses the credentials (Request unauthorized.): correct TEMPORAL_API_KEY'],
    [7, 'Forbidden', 'a worker needs write access to namespace plant'],
    [5, 'Namespace plant is not found.', 'It has no namespace plant (Namespace plant is not found.): create it'],
    [14, 'unable to verify the first certificate', 'unknown CA; set TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
    [14, 'connect ECONNREFUSED', 'It does not answer (connect ECONNREFUSED): start it, or correct TEMPORAL_ADDRESS.'],
  ])('says what status %i, %s, means and what to do', (code, message, expected) => {
    expect(temporalProblem(grpcError(code, message), 'plant')).toContain(expected);
  });
});
