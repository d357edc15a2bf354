import { DefaultFailureConverter } from '@temporalio/common';

/** Makes messages and stack traces of failures payloads, which a codec encrypts; the workflow bundle has this file too. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
