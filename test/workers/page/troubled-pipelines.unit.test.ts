import { troubleOf } from '../../../workers/page/troubled-pipelines';

const RUN = { name: 'plant', startedAt: '2031-02-03T01:00:00.000Z', reconciled: true, deadLetterFlood: null };

describe('the trouble of a pipeline by its last run', () => {
  it('is that the run is not reconciled', () => {
    const problem = 'its run of 2031-02-03 01:00 UTC is not reconciled';
    expect(troubleOf({ ...RUN, reconciled: false })).toEqual([{ pipeline: 'plant', problem }]);
  });

  it('is a flood of dead letters in a reconciled run', () => {
    const deadLetterFlood = { deadLetters: 60, absent: 0, records: 100, maxRatio: 0.5, example: 'row 2' };
    const problem = '60 of 100 records of its run of 2031-02-03 01:00 UTC became dead letters';
    expect(troubleOf({ ...RUN, deadLetterFlood })).toEqual([{ pipeline: 'plant', problem }]);
  });

  it('is that nothing was indexed, since the records have no values', () => {
    const deadLetterFlood = { deadLetters: 1, absent: 99, records: 100, maxRatio: 0.5, example: 'row 2' };
    const problem = '99 of 100 records of its run of 2031-02-03 01:00 UTC have no value, and nothing was indexed';
    expect(troubleOf({ ...RUN, deadLetterFlood })).toEqual([{ pipeline: 'plant', problem }]);
  });

  it('is none if the run is reconciled and has few dead letters', () => {
    expect(troubleOf(RUN)).toEqual([]);
  });
});
