/** A busy machine is slow, never wrong: no test or hook fails for its time alone before this. */
jest.setTimeout(120_000);
