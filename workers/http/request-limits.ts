import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const MINUTE_S = 60;
/** Of one user or, without a login, of one address. A file of the page costs one. */
const POINTS_A_MINUTE = 6_000;
/** Of one address. */
const FAILED_LOGINS_A_MINUTE = 10;

/** How often a client may ask, and how often it may fail to log in. */
export class RequestLimits {
  readonly #requests = new RateLimiterMemory({ points: POINTS_A_MINUTE, duration: MINUTE_S });
  readonly #failedLogins = new RateLimiterMemory({ points: FAILED_LOGINS_A_MINUTE, duration: MINUTE_S });

  /** Returns after how many seconds the client may ask again; null if it may now. */
  async request(client: string, points: number): Promise<number | null> {
    return await this.#requests.consume(client, points).then(() => null, secondsOf);
  }

  /** Counts a failed login. */
  async failedLogin(address: string): Promise<void> {
    await this.#failedLogins.penalty(address);
  }

  /** Returns after how many seconds an address may try to log in again; null if it may now. */
  async login(address: string): Promise<number | null> {
    const failed = await this.#failedLogins.get(address);
    return failed === null || failed.consumedPoints < FAILED_LOGINS_A_MINUTE ? null : secondsOf(failed);
  }
}

function secondsOf(result: unknown): number {
  if (!(result instanceof RateLimiterRes)) throw result;
  return Math.max(1, Math.ceil(result.msBeforeNext / 1_000));
}
