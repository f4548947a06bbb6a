/** Answers with the time and the version: whether a command arrives at all. */
import { VERSION } from '../../protocol/version.ts';
import type { RemoteCommandKind } from './command.ts';

export const ping: RemoteCommandKind = {
  name: 'ping',
  args: [],
  byDefault: true,
  run: (_, { clock }) => {
    const time = new Date(clock.wall()).toISOString();
    const uptimeSeconds = String(Math.floor(clock.mono() / 1000));
    return Promise.resolve({
      ok: true,
      text: `muster-agent ${VERSION} at ${time}`,
      attributes: { version: VERSION, time, uptimeSeconds },
    });
  },
};
