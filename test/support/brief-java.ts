/** `JDK_JAVA_OPTIONS` of servers and drivers that run for minutes: compiling for long runs costs them more than it saves. */
export const BRIEF_JAVA = '-XX:TieredStopAtLevel=1';
