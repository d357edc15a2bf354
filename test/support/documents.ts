/** The documents of the project, and the commands that they show. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './program';

/** In this order: of several commands with the same words, the pipeline suite runs the first. */
export const DOCUMENTS = [
  'README.md',
  'workflows/README.md',
  'deploy/README.md',
  'kibana/README.md',
  'test/README.md',
  '.github/CONTRIBUTING.md',
] as const;

/** Programs whose commands the suite of the documents runs on real servers. */
const SERVER_PROGRAMS = ['temporal', 'curl'];

export interface CodeBlock {
  readonly language: string;
  readonly lines: readonly string[];
}

export function documentText(document: string): string {
  return readFileSync(join(PROJECT, document), 'utf8');
}

/** The code blocks of a document, with continued lines joined. */
export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(FENCED)].map(([, indent = '', language = '', block = '']) => ({
    language,
    lines: block
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => line.slice(indent.length))
      .filter((line) => line !== ''),
  }));
}

/** The text between the code blocks. */
export function withoutCodeBlocks(text: string): string {
  return text.replaceAll(FENCED, '');
}

/** Commands are the lines of `sh` blocks. */
export function commandsIn(text: string): string[] {
  return codeBlocks(text).flatMap(({ language, lines }) => (language === 'sh' ? lines : []));
}

export function needsServers(command: string): boolean {
  return SERVER_PROGRAMS.some((program) => command.startsWith(`${program} `));
}

/** Whether the tests can run a command on their servers: not with the certificates of containers, which need Docker. */
export function runsOnTestServers(command: string): boolean {
  return needsServers(command) && !command.includes('pipeline-client/');
}

const FENCED = /^( *)```(\w*)\n([^]*?)^\1```$/gm;
