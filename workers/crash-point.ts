/** For tests: kills this process with SIGKILL when it reaches `<point>`, or for the n-th time, `<point>:<n>`. */
export function crashPoint(setting: string | undefined): (point: string) => void {
  if (setting === undefined) return () => undefined;
  const [point, times = '1'] = setting.split(':');
  let remaining = Number(times);
  return (reached) => {
    if (reached === point && --remaining === 0) process.kill(process.pid, 'SIGKILL');
  };
}
