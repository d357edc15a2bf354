/** On a busy machine everything is slow: by default no test or hook fails because of its duration before this. */
jest.setTimeout(300_000);
