import { ApplicationFailure } from '@temporalio/common';

/** What was found out about a server that the settings name. */
export interface ServerCheck {
  readonly server: 'Temporal' | 'Kafka' | 'Elasticsearch' | 'Kibana' | 'schema registry';
  /** `host:port`, several separated by commas, or a URL. */
  readonly address: string;
  /** What is right, each in a few words; empty if it does not answer. */
  readonly facts: readonly string[];
  /** What is wrong and what to do, each in a sentence; empty if a worker can do its work. */
  readonly problems: readonly string[];
}

/** Several questions to one server; a question may fail without the others. */
export class ServerQuestions {
  readonly #facts: string[] = [];
  readonly #problems: string[] = [];

  /**
   * @param signal - ends all questions
   * @param describe - turns an error into a sentence about what is wrong and what to do
   */
  constructor(
    private readonly signal: AbortSignal,
    private readonly describe: (error: unknown) => string,
  ) {}

  /** Asks one question: resolves with true and adds the facts of its answer, or with false and adds what is wrong. */
  async ask(question: () => Promise<readonly string[]>): Promise<boolean> {
    try {
      const answer = await question();
      this.#facts.push(...answer);
      return true;
    } catch (error) {
      this.#problems.push(this.signal.aborted ? 'It did not answer in time.' : this.describe(error));
      return false;
    }
  }

  check(server: ServerCheck['server'], address: string): ServerCheck {
    return { server, address, facts: this.#facts, problems: [...new Set(this.#problems)] };
  }
}

/** A sentence of its own about what is wrong, which needs no further description. */
export class ServerProblem extends Error {
  override readonly name = 'ServerProblem';
}

/** Returns the message of a failure or a problem, which is a whole sentence; undefined for any other error. */
export function sentenceOf(error: unknown): string | undefined {
  return error instanceof ApplicationFailure || error instanceof ServerProblem ? error.message : undefined;
}
