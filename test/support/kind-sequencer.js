const { default: Sequencer } = require('@jest/test-sequencer');

const KINDS = ['pipeline', 'servers', 'unit'];

/** Starts the suites of whole pipelines first: they wait most, and one that starts last would run alone. */
module.exports = class KindSequencer extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => kindOf(one) - kindOf(other));
  }
};

function kindOf({ path }) {
  return KINDS.findIndex((kind) => path.endsWith(`.${kind}.test.ts`));
}
