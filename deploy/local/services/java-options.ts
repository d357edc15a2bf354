import type { Config } from '../../../workers/config';

/**
 * Only what has become forty times as hot as Java waits for by default is left to its second compiler, which else takes
 * most of both cores for the first minute of a server, when most people look; long runs are as quick either way.
 */
const TIMES_AS_HOT = 40;

/** Java's own values. */
const THRESHOLDS = {
  Tier4InvocationThreshold: 5_000,
  Tier4MinInvocationThreshold: 600,
  Tier4CompileThreshold: 15_000,
  Tier4BackEdgeThreshold: 40_000,
};

const BY_DEFAULT = Object.entries(THRESHOLDS).map(([name, times]) => `-XX:${name}=${times * TIMES_AS_HOT}`);

/** Options of a server's Java, in the variable that each Java reads. */
export function javaOptions({ JDK_JAVA_OPTIONS }: Config): { readonly JDK_JAVA_OPTIONS: string } {
  return { JDK_JAVA_OPTIONS: JDK_JAVA_OPTIONS ?? BY_DEFAULT.join(' ') };
}
