import { crashPoint } from '../../workers/crash-point';

describe('crashPoint', () => {
  let kill: jest.SpyInstance;
  beforeEach(() => {
    kill = jest.spyOn(process, 'kill').mockReturnValue(true);
  });
  afterEach(() => {
    kill.mockRestore();
  });

  it('never kills if no point is set', () => {
    crashPoint(undefined)('source');
    expect(kill).not.toHaveBeenCalled();
  });

  it('kills this process once, when the point has been reached as often as required', () => {
    const crash = crashPoint('index-after-bulk:2');
    crash('source');
    crash('index-after-bulk');
    expect(kill).not.toHaveBeenCalled();
    crash('index-after-bulk');
    crash('index-after-bulk');
    expect(kill).toHaveBeenCalledTimes(1);
    expect(kill).toHaveBeenCalledWith(process.pid, 'SIGKILL');
  });
});
