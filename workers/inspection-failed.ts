/** Thrown when a source cannot be read at all; the message says why and what to do. */
export class InspectionFailed extends Error {
  override readonly name = 'InspectionFailed';
}
