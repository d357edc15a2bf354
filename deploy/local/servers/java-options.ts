import type { Config } from '../../../workers/config';

/**
 * Without Java's second compiler: it takes most of both cores for the first minute of a server, which is when most people
 * look, and makes runs of many minutes a seventh quicker. Whoever wants that sets the variable.
 */
const BY_DEFAULT = '-XX:TieredStopAtLevel=1';

/** Options of a server's Java, in the variable that each Java reads. */
export function javaOptions({ JDK_JAVA_OPTIONS }: Config): { readonly JDK_JAVA_OPTIONS: string } {
  return { JDK_JAVA_OPTIONS: JDK_JAVA_OPTIONS ?? BY_DEFAULT };
}
