/** The stack cannot start or go on; the message says why in a way that needs no stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
