/** A healthy device for the doctor; each test breaks one thing. */
import type { PathState, World } from '../../../agent/ports/world.ts';

export const FOLDER: PathState = {
  kind: 'folder',
  readable: true,
  writable: true,
  mode: 0o750,
  ownedByMe: true,
};

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 21);

export function healthyWorld(broken: Partial<World> = {}): World {
  return {
    wall: () => NOW,
    path: () => Promise.resolve(FOLDER),
    list: () => Promise.resolve(['buffer']),
    read: () => Promise.resolve('text'),
    freeBytes: () => Promise.resolve(10 ** 10),
    clockSynced: () => true,
    lookup: () => Promise.resolve({ ok: true, value: ['192.0.2.1'] }),
    connect: () => Promise.resolve({ ok: true, value: 3 }),
    tls: () =>
      Promise.resolve({
        ok: true,
        value: { protocol: 'TLSv1.3', subject: 'broker', validTo: NOW + 90 * DAY_MS },
      }),
    mqttConnect: () => Promise.resolve({ ok: true, value: 0 }),
    certificateEnd: () => ({ ok: true, value: NOW + 90 * DAY_MS }),
    command: () =>
      Promise.resolve({
        ok: true,
        value:
          'LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nNRestarts=0\n',
      }),
    agentStatus: () =>
      Promise.resolve({ ok: true, value: { buffer: { bytes: 0, capBytes: 100, records: 0 } } }),
    ...broken,
  };
}

export const inDays = (days: number) => NOW + days * DAY_MS;
