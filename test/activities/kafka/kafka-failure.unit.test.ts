import {
  KafkaJSAggregateError,
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs';
import { kafkaFailure } from '../../../activities/kafka/kafka-failure';
import { TlsRequired } from '../../../activities/kafka/refusal';

const INVALID = Object.assign(new Error('Replication-factor is invalid'), {
  type: 'INVALID_REPLICATION_FACTOR',
  code: 38,
});

describe('the failure for an error of Kafka', () => {
  it("quotes Kafka's name and text, also after the retries of the client", () => {
    const refused = new KafkaJSProtocolError(INVALID);
    const exceeded = new KafkaJSNumberOfRetriesExceeded(refused, { retryCount: 5, retryTime: 1_000 });
    for (const error of [refused, exceeded]) {
      expect(kafkaFailure(error, 'Preparing topics').message).toBe(
        'Preparing topics: Kafka did not answer as expected (INVALID_REPLICATION_FACTOR: Replication-factor is invalid).',
      );
    }
  });

  it('quotes each of several reasons once', () => {
    const refused = new KafkaJSProtocolError(INVALID);
    const error = new KafkaJSAggregateError('Topic creation errors', [refused, refused, 'another']);
    expect(kafkaFailure(error, 'Preparing topics').message).toContain(
      '(INVALID_REPLICATION_FACTOR: Replication-factor is invalid; another)',
    );
  });

  const protocol = (type: string): Error =>
    new KafkaJSProtocolError(Object.assign(new Error('refused'), { type, code: 1, retriable: false }));

  it.each<[string, Error, RegExp]>([
    ['a missing right', protocol('GROUP_AUTHORIZATION_FAILED'), /no right to do this with the group/],
    ['wrong credentials', protocol('SASL_AUTHENTICATION_FAILED'), /correct KAFKA_USERNAME and KAFKA_PASSWORD/],
    ['plaintext', new KafkaJSConnectionError('x', { code: new TlsRequired().code }), /set KAFKA_SECURITY_PROTOCOL/],
    ['a certificate', new KafkaJSConnectionError('x', { code: 'CERT_HAS_EXPIRED' }), /has expired/],
  ])('names %s as the cause, however the client has wrapped it', (_cause, error, message) => {
    const exceeded = new KafkaJSNumberOfRetriesExceeded(error, { retryCount: 5, retryTime: 1_000 });
    for (const wrapped of [error, exceeded, Object.assign(new KafkaJSNonRetriableError(error), { cause: exceeded })]) {
      const failure = kafkaFailure(wrapped, 'Reading');
      expect(failure).toMatchObject({ type: 'AccessRefused', nonRetryable: false });
      expect(failure.message).toMatch(message);
    }
  });
});
