import { tlsProblem } from '../../../activities/contracts/tls-problem';

describe('the problem of a TLS connection', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'unknown CA; set KAFKA_CA_FILE'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', 'unknown CA; set KAFKA_CA_FILE'],
    [
      '',
      'SunCertPathBuilderException: unable to find valid certification path to requested target',
      'unknown CA; set KAFKA_CA_FILE',
    ],
    ['CERT_HAS_EXPIRED', 'certificate has expired', 'has expired'],
    ['', 'CertificateExpiredException: NotAfter: Fri Nov 27 2026', 'has expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames", 'another host name'],
    ['', 'CertificateException: No subject alternative names matching IP address 127.0.0.1 found', 'another host name'],
    ['EPROTO', 'write EPROTO error:0A00042E:SSL routines::tlsv1 alert protocol version', 'TLS from 1.2 on'],
    ['', 'SSLHandshakeException: Received fatal alert: protocol_version', 'TLS from 1.2 on'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tlsv13 alert certificate required', 'KAFKA_CLIENT_KEY_FILE'],
    ['ECONNRESET', 'Client network socket disconnected before secure TLS connection was established', 'not speak TLS'],
    ['EPROTO', 'error:0A00010B:SSL routines::wrong version number', 'not speak TLS'],
  ])('is told of %s (%s)', (code, message, problem) => {
    expect(tlsProblem(Object.assign(new Error(message), { code }), 'KAFKA')).toContain(problem);
  });

  it('is none of other errors', () => {
    expect(tlsProblem(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'KAFKA')).toBeUndefined();
    expect(tlsProblem(undefined, 'KAFKA')).toBeUndefined();
  });
});
