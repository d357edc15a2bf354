import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

const READ_BYTES = 64 * 1024;
const MAX_BYTES = 2_000;
const MAX_LINE = 300;
const PROBLEM = /\b(WARN|ERROR|FATAL)\b|(Exception|Error)\b|^Caused by|^\[[A-Z_.]+\]/;
const STACK_FRAME = /^\s+(at |\.\.\. )/;
/** Messages may quote records, as text, as JSON or after a colon that introduces a value. */
const QUOTED = /'[^']*'|"[^"]*"|`[^`]*`|\{.*|\b(value|record|row)s?[:=].*/gi;

/** Returns the last warnings and errors of a driver, without stack frames and without quoted values. */
export async function lastLogLines(logFile: string): Promise<string[]> {
  const problems = (await tail(logFile))
    .split('\n')
    .filter((line) => PROBLEM.test(line) && !STACK_FRAME.test(line))
    .map((line) => line.replace(QUOTED, '…').slice(0, MAX_LINE));
  const kept: string[] = [];
  let bytes = 0;
  for (const line of problems.reverse()) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > MAX_BYTES) break;
    kept.unshift(line);
  }
  return kept;
}

/** Returns the complete lines in the last `READ_BYTES` of a file; empty if there is no such file. */
async function tail(path: string): Promise<string> {
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  if (size === 0) return '';
  const start = Math.max(0, size - READ_BYTES);
  const end = await text(createReadStream(path, { start }));
  return start === 0 ? end : end.slice(end.indexOf('\n') + 1);
}
