/** `JDK_JAVA_OPTIONS` of Spark drivers that run for a minute: compiling for long runs costs them more than it saves. */
export const BRIEF_JAVA = '-XX:TieredStopAtLevel=1';
