import type { Config } from '../../../workers/config';

/**
 * Forty times Java's own thresholds: else the second compiler takes most of both cores for the first minute of a server,
 * when most people look; long runs are as quick either way.
 */
const BY_DEFAULT = [
  '-XX:Tier4InvocationThreshold=200000',
  '-XX:Tier4MinInvocationThreshold=24000',
  '-XX:Tier4CompileThreshold=600000',
  '-XX:Tier4BackEdgeThreshold=1600000',
].join(' ');

/** Options of a server's Java, in the variable that each Java reads. */
export function javaOptions({ JDK_JAVA_OPTIONS = BY_DEFAULT }: Config): { readonly JDK_JAVA_OPTIONS: string } {
  return { JDK_JAVA_OPTIONS };
}
