import { KafkaJSAggregateError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { kafkaFailure } from '../../../activities/kafka/kafka-failure';

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
});
