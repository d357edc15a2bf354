import { measurementSchema } from '../../../activities/contracts/measurement';

describe('the name of a measurement', () => {
  it.each(['id', 'timestamp', 'provenance', 'count', 'message', 'tags'])(
    'is none that is in use already: %s',
    (name) => {
      const { error } = measurementSchema.safeParse({ name, unit: '%', min: 0, max: 1 });
      expect(error?.issues).toMatchObject([{ path: ['name'], message: expect.stringContaining(` ${name}`) as string }]);
    },
  );

  it('may be any other', () => {
    const measurement = { name: 'messages', unit: '%', min: 0, max: 1 };
    expect(measurementSchema.parse(measurement)).toEqual(measurement);
  });
});
