import type { Config } from '../../../workers/config';
import type { Endpoints } from '../endpoints';
import type { StackSecurity } from '../security/stack-security';

/** What every server is started with. */
export interface ServerContext {
  /** Ports and folders. */
  readonly config: Config;
  /** With which the launcher connects to the servers. */
  readonly clients: Config;
  readonly endpoints: Omit<Endpoints, 'page'>;
  /** Undefined for a plain stack. */
  readonly security: StackSecurity | undefined;
}
