/** Updates: whether and when the device takes them, how fast, and whom it trusts. */
import { resolve } from 'node:path';
import { nearest } from '../../protocol/config/nearest.ts';
import type { Finding } from '../../protocol/config/problem.ts';
import { finding } from '../../protocol/config/problem.ts';
import type { Infer, Schema } from '../../protocol/config/schema.ts';
import {
  duration,
  flag,
  list,
  object,
  optional,
  size,
  text,
} from '../../protocol/config/schema.ts';
import type { Window } from '../core/tasks/window.ts';
import type { WrittenWindow } from './task-schema.ts';
import { windowOf } from './tasks.ts';

export const updatesSchema = object(
  'Updates of packages: signed releases, in the versions that the collector wants.',
  {
    enabled: flag('Whether new updates are begun; one that is under way ends either way.', {
      default: true,
      remote: true,
    }),
    packages: {
      ...list(
        'Packages that this device may have, by name; `*` stands for any part of one.',
        text('A name.', { pattern: '^[a-z0-9*][a-z0-9*-]{0,62}$', examples: ['web', 'line-*'] }),
      ),
      default: ['*'],
    } as Schema<readonly string[]>,
    window: optional(
      text('Name below windows: a new update begins only while that is open.', { remote: true }),
    ),
    rate: optional(
      size('Bytes a second that are fetched at most. Default: as fast as it goes.', {
        min: '1KiB',
        examples: ['1MiB'],
        remote: true,
      }),
    ),
    minRate: size('A server that sends fewer bytes a second for half a minute is left.', {
      default: '100B',
      min: '1B',
      max: '1MiB',
      remote: true,
    }),
    jitter: duration('A fetch begins a random time up to this later, so that a fleet spreads.', {
      default: '30s',
      max: '1d',
      remote: true,
    }),
    every: duration(
      'So often the director is asked when nothing changed: who drops requests is noticed so.',
      { default: '1h', min: '1m', max: '7d', remote: true },
    ),
    trust: text('Folder with director.root.json and release.root.json.', {
      default: 'trust',
      restart: true,
    }),
    mirror: optional(
      text('Where files of releases are. Default: <collector.url>/releases.', {
        pattern: '^https?://[^/@\\s]+(/[^@\\s?#]*)?$',
        examples: ['https://cdn.example.com/releases'],
        restart: true,
      }),
    ),
  },
);

export type UpdatesSettings = Infer<typeof updatesSchema>;

/** Durations are milliseconds, rates bytes a second, the folder absolute. */
export interface UpdatesConfig extends Omit<UpdatesSettings, 'window'> {
  readonly window?: Window;
}

type Windows = Readonly<Record<string, WrittenWindow>>;

export function resolveUpdates(
  { window: name, ...rest }: UpdatesSettings,
  windows: Windows,
  folder: string,
): UpdatesConfig {
  const window = name === undefined ? undefined : windows[name];
  const open = name === undefined || window === undefined ? {} : { window: windowOf(name, window) };
  return { ...rest, ...open, trust: resolve(folder, rest.trust) };
}

export function updatesRules(
  { window, rate, minRate }: UpdatesSettings,
  windows: Windows,
): readonly Finding[] {
  const found: Finding[] = [];
  if (window !== undefined && windows[window] === undefined) {
    const near = nearest(window, Object.keys(windows));
    const hint = near === undefined ? 'declare it below windows' : `did you mean ${near}?`;
    found.push(finding('missing', ['updates', 'window'], `no window is called ${window}`, hint));
  }
  if (rate !== undefined && rate < minRate) {
    const message = 'must not be above updates.rate: every server would count as too slow';
    found.push(finding('conflict', ['updates', 'minRate'], message));
  }
  return found;
}
