/** Where rollouts are kept in the fleet's catalog. */
export const KEYS = {
  rollouts: 'rollout/r/',
  devices: 'rollout/d/',
  wants: 'rollout/w/',
} as const;

export function rolloutKey(id: string): string {
  return KEYS.rollouts + id;
}

export function devicesOf(rollout: string): string {
  return `${KEYS.devices}${rollout}/`;
}
