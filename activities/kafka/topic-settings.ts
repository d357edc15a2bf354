import { pipelineFailure } from '../contracts/failures';
import type { TopicSpec } from './types';

/** A week from publishing: timestamps are those of the append, so records with old event times are not deleted at once. */
const RETENTION_MS = 7 * 24 * 3_600_000;
const UNLIMITED = '-1';

/** The settings of an existing topic that `assertNothingIsLost` needs. */
export const CHECKED_SETTINGS = ['cleanup.policy', 'retention.ms', 'retention.bytes', 'max.message.bytes'] as const;
type CheckedSetting = (typeof CHECKED_SETTINGS)[number];

type OwnSetting = CheckedSetting | 'compression.type' | 'message.timestamp.type';

/** Kafka's settings of a topic, by name. */
export type TopicSettings = Readonly<Record<string, string>>;

interface Requirement {
  readonly expected: string;
  readonly isMet: (value: string) => boolean;
}

/** Returns the settings of a new topic. What could lose or refuse a record is set here and not left to the broker. */
export function settingsOfNewTopic({
  maxMessageBytes,
  minRetentionMs = 0,
}: TopicSpec): Readonly<Record<OwnSetting, string>> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(Math.max(RETENTION_MS, minRetentionMs)),
    'retention.bytes': UNLIMITED,
    'max.message.bytes': String(maxMessageBytes),
    'message.timestamp.type': 'LogAppendTime',
    // As producers send them: those of the pipeline do not compress, while the default of a broker can be a codec that a
    // reader does not have.
    'compression.type': 'producer',
  };
}

/**
 * Checks that existing topics lose and refuse no record.
 *
 * @param settings - those of each existing topic; the other topics are not checked
 * @param brokers - for the commands, each as `host:port`
 * @throws TopicMisconfigured with every such setting of all topics, what is needed, and the commands that correct them
 */
export function assertNothingIsLost(
  specs: readonly TopicSpec[],
  settings: ReadonlyMap<string, TopicSettings>,
  brokers: readonly string[],
): void {
  const problems = specs.flatMap((spec) => topicProblem(spec, settings.get(spec.topic) ?? {}, brokers));
  if (problems.length === 0) return;
  throw pipelineFailure(
    'TopicMisconfigured',
    'Topics that exist already under names of the pipeline would lose or refuse records. Correct them with these ' +
      `commands and start again, or give the pipeline another name:\n${problems.join('\n')}`,
  );
}

function requirements({
  maxMessageBytes,
  minRetentionMs = 0,
}: TopicSpec): Readonly<Record<CheckedSetting, Requirement>> {
  return {
    'cleanup.policy': {
      expected: 'delete, because compaction removes records',
      isMet: (value) => !value.includes('compact'),
    },
    'retention.ms': {
      expected: `${UNLIMITED} or at least ${minRetentionMs}`,
      isMet: (value) => value === UNLIMITED || Number(value) >= minRetentionMs,
    },
    'retention.bytes': {
      expected: `${UNLIMITED}, because a limit removes records that were not read yet`,
      isMet: (value) => value === UNLIMITED,
    },
    'max.message.bytes': {
      expected: `at least ${maxMessageBytes}`,
      isMet: (value) => Number(value) >= maxMessageBytes,
    },
  };
}

/** Returns the text about one topic, if anything is wrong with it. */
function topicProblem(spec: TopicSpec, settings: TopicSettings, brokers: readonly string[]): string[] {
  const [wanted, required] = [settingsOfNewTopic(spec), requirements(spec)];
  const unmet = CHECKED_SETTINGS.flatMap((setting) => {
    const { [setting]: value } = settings;
    const { expected, isMet } = required[setting];
    if (value === undefined || isMet(value)) return [];
    return [{ text: `${setting} is ${value}, expected ${expected}`, corrected: `${setting}=${wanted[setting]}` }];
  });
  if (unmet.length === 0) return [];
  const command =
    `kafka-configs.sh --bootstrap-server ${brokers.join(',')} --alter --entity-type topics ` +
    `--entity-name ${spec.topic} --add-config ${unmet.map(({ corrected }) => corrected).join(',')}`;
  return [`✖ ${unmet.map(({ text }) => text).join('; ')}\n  → at topic ${spec.topic}\n  ${command}`];
}
