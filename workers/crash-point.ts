/**
 * Fault injection for tests: kills this process with SIGKILL when a point is reached for the n-th time.
 *
 * @param setting - `<point>` or `<point>:<n>`; undefined never kills
 */
export function crashPoint(setting: string | undefined): (point: string) => void {
  if (setting === undefined) return () => undefined;
  const [point, times = '1'] = setting.split(':');
  let remaining = Number(times);
  return (reached) => {
    if (reached === point && --remaining === 0) process.kill(process.pid, 'SIGKILL');
  };
}
