import type { Config } from '../../../workers/config';

/**
 * Forty times Java's own thresholds: otherwise the C2 compiler uses most of two cores during the first minute of a
 * server. Long runs are equally fast either way.
 */
const DEFAULT_OPTIONS = [
  '-XX:Tier4InvocationThreshold=200000',
  '-XX:Tier4MinInvocationThreshold=24000',
  '-XX:Tier4CompileThreshold=600000',
  '-XX:Tier4BackEdgeThreshold=1600000',
  // Only code of C2 uses the processor's own AES; any other encrypts 40 MB/s instead of 600.
  '-XX:CompileCommand=quiet',
  '-XX:CompileCommand=CompileThresholdScaling,com.sun.crypto.provider.*::*,0.0025',
].join(' ');

/** Returns the JVM options of a server, in the variable that every `java` reads. */
export function javaOptions({ JDK_JAVA_OPTIONS = DEFAULT_OPTIONS }: Config): { readonly JDK_JAVA_OPTIONS: string } {
  return { JDK_JAVA_OPTIONS };
}
