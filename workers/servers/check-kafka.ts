import { derivedTopics, ownRawTopic } from '../../activities/contracts/pipeline-names';
import { kafkaFailure, missingKafkaRights, servesClients } from '../../activities/kafka';
import { addressesOf, type Config } from '../config';
import { kafkaServersOf } from '../connections';
import type { PipelineRights } from '../rights/pipeline-rights';
import { sentenceOf, type ServerCheck, ServerProblem, ServerQuestions } from './server-check';

/**
 * Kafka tells its time to nobody who does not publish, so its clock is not checked.
 *
 * @param pipelines - whose topics are checked for what the user may do with them
 */
export async function checkKafka(
  config: Config,
  pipelines: readonly PipelineRights[],
  signal: AbortSignal,
): Promise<ServerCheck> {
  const describe = (error: unknown): string => sentenceOf(error) ?? kafkaFailure(error, 'Asking for its state').message;
  const questions = new ServerQuestions(signal, describe);
  const answers = await questions.ask(async () => {
    if (await servesClients(kafkaServersOf(config), signal)) return ['answers'];
    throw new ServerProblem('It answers, but no broker accepts clients yet.');
  });
  if (answers) for (const pipeline of pipelines) await questions.ask(async () => [await rightsOf(config, pipeline)]);
  return questions.check('Kafka', addressesOf(config).kafkaBrokers.join(','));
}

/** @throws {@link ServerProblem} naming the ACLs that are missing */
async function rightsOf(config: Config, { name, sourceTopic }: PipelineRights): Promise<string> {
  const own = [...(sourceTopic === undefined ? [ownRawTopic(name)] : []), ...Object.values(derivedTopics(name))];
  const topics = { own, sources: sourceTopic === undefined ? [] : [sourceTopic] };
  const missing = await missingKafkaRights(kafkaServersOf(config), topics);
  if (missing.length === 0) return `the user may create and describe the topics of ${name}`;
  throw new ServerProblem(
    `For ${name}, the user needs ${missing.join('; ')}. \`npm run rights -- ${name}\` prints the commands that allow it.`,
  );
}
