/** With this signal, a lane tells its workflow from time to time what it has indexed. */
export const LANE_PROGRESS_SIGNAL = 'laneProgress';
