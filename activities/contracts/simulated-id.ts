/** Device of a sequence number: devices take turns. */
export function deviceOf(sequence: number, devices: number): string {
  return `device-${String(sequence % devices).padStart(4, '0')}`;
}

/** Event id of a simulated reading: a retry repeats it, another run does not. */
export function simulatedId(run: string, sequence: number, devices: number): string {
  return `${run}-${deviceOf(sequence, devices)}-${sequence}`;
}
