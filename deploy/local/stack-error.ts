/** Thrown when the stack cannot start or continue; the message explains why without a stack trace. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
