const { createHash } = require('node:crypto');
const { default: Sequencer } = require('@jest/test-sequencer');

const KINDS = ['pipeline', 'servers', 'unit', 'secure'];

/**
 * Starts the suites of whole pipelines first: they wait most, and one that starts last would run alone. Those of the
 * secured stack come last, since it is started meanwhile. `--randomize` shuffles the suites too, not only the tests in each.
 */
module.exports = class KindSequencer extends Sequencer {
  constructor(options) {
    super(options);
    this.globalConfig = options.globalConfig;
  }

  sort(tests) {
    const { randomize, seed } = this.globalConfig;
    if (!randomize) return [...super.sort(tests)].sort((one, other) => kindOf(one) - kindOf(other));
    const place = ({ path }) => createHash('sha256').update(`${seed}${path}`).digest('hex');
    return [...tests].sort((one, other) => (place(one) < place(other) ? -1 : 1));
  }
};

function kindOf({ path }) {
  return KINDS.findIndex((kind) => path.endsWith(`.${kind}.test.ts`));
}
