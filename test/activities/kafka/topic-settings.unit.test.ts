import { assertNothingIsLost, settingsOfNewTopic, type TopicSettings } from '../../../activities/kafka/topic-settings';

const DAY_MS = 86_400_000;
const SPEC = { topic: 'mine.raw', partitions: 1, maxMessageBytes: 1_000, minRetentionMs: DAY_MS };

function check(settings: TopicSettings, spec = SPEC): void {
  assertNothingIsLost([spec], new Map([[spec.topic, settings]]), ['one:9092', 'two:9092']);
}

describe('assertNothingIsLost', () => {
  it('accepts the settings of a new topic, also if it has to keep records for long', () => {
    for (const minRetentionMs of [DAY_MS, 30 * DAY_MS]) {
      const spec = { ...SPEC, minRetentionMs };
      check(settingsOfNewTopic(spec), spec);
    }
  });

  it.each([
    ['retention.ms', '-1'],
    ['retention.ms', String(DAY_MS)],
    ['max.message.bytes', '1000'],
    ['max.message.bytes', '20000'],
    ['cleanup.policy', ''],
  ])('accepts %s=%s', (setting, value) => {
    check({ ...settingsOfNewTopic(SPEC), [setting]: value });
  });

  it('accepts a topic that does not exist yet', () => {
    assertNothingIsLost([SPEC], new Map(), []);
  });

  it.each([
    ['cleanup.policy', 'compact', 'delete, because', 'cleanup.policy=delete'],
    ['cleanup.policy', 'delete,compact', 'delete, because', 'cleanup.policy=delete'],
    ['retention.ms', '1000', '-1 or at least 86400000', `retention.ms=${7 * DAY_MS}`],
    ['retention.ms', String(DAY_MS - 1), '-1 or at least 86400000', `retention.ms=${7 * DAY_MS}`],
    ['retention.bytes', '1000000000000', '-1, because', 'retention.bytes=-1'],
    ['max.message.bytes', '999', 'at least 1000', 'max.message.bytes=1000'],
  ])('rejects %s=%s, with what is needed and the command that sets it', (setting, value, expected, correction) => {
    expect(() => {
      check({ ...settingsOfNewTopic(SPEC), [setting]: value });
    }).toThrow(
      expect.objectContaining({
        type: 'TopicMisconfigured',
        nonRetryable: true,
        message: expect.stringMatching(
          new RegExp(
            `${setting} is ${value}, expected ${expected}[^]*--bootstrap-server one:9092,two:9092 --alter ` +
              `--entity-type topics --entity-name mine.raw --add-config ${correction}$`,
          ),
        ) as string,
      }) as Error,
    );
  });
});
