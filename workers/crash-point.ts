/**
 * Fault injection for tests: kills this process with SIGKILL when `wanted` is reached for the `times`th time.
 *
 * @param wanted - `<point>` or `<point>:<times>`; undefined never kills
 */
export function crashPoint(wanted: string | undefined): (point: string) => void {
  if (wanted === undefined) return () => undefined;
  const [point, times = '1'] = wanted.split(':');
  let left = Number(times);
  return (reached) => {
    if (reached === point && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
