/** `JDK_JAVA_OPTIONS` for servers and drivers that run for minutes: the C2 compiler costs them more than it saves. */
export const SHORT_RUN_JAVA_OPTIONS = '-XX:TieredStopAtLevel=1';
