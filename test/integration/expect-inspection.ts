import type { WorkflowHandle } from '@temporalio/client';
import type { SourceAccount } from '../../activities/contracts/inspection';

/**
 * Expects what the inspection of the topic `plant.readings` found.
 *
 * @param room - a value of the topic, of which the history has the form only
 */
export async function expectInspection(handle: WorkflowHandle, room: string): Promise<void> {
  const { input, places, outcome } = (await handle.result()) as SourceAccount;
  const fields = { deviceId: { key: true }, timestamp: { column: 'at' }, humidity: { path: 'values.rh' } };
  expect(input['source']).toMatchObject({ topic: 'plant.readings', fields });
  expect(places.find(({ name }) => name === 'room')).toMatchObject({ samples: ['aaaaaaaaaa-9'], becomes: 'label' });
  expect(outcome?.dead).toContainEqual(expect.objectContaining({ reason: 'NotAReading', count: 1 }));
  const history = textsIn(await handle.fetchHistory());
  expect(history).toContain('aaaaaaaaaa-9');
  expect(history).not.toContain(room);
}

/** All texts in an object, also those that are bytes. */
function textsIn(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value === 'object' && value !== null) return Object.values(value).map(textsIn).join(' ');
  return String(value);
}
