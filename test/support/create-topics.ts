import type { Admin } from 'kafkajs';
import { until } from './until';

/** Creates topics with the same settings, and returns when the broker lists them; KafkaJS's own wait may fail. */
export async function createTopics(
  admin: Admin,
  topics: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, configEntries })), waitForLeaders: false });
  await until('the new topics are listed', async () => {
    const listed = await admin.listTopics().catch((): string[] => []);
    return topics.every((topic) => listed.includes(topic));
  });
}
