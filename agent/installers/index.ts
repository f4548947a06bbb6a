/** All installers. Each is loaded when a release names it. */
import type { InstallerKind } from '../../protocol/release.ts';
import type { Installer } from './installer.ts';

export const installers: Readonly<Record<InstallerKind, () => Promise<Installer>>> = {
  archive: async () => (await import('./archive.ts')).archive,
  deb: async () => (await import('./deb.ts')).deb,
  file: async () => (await import('./file.ts')).file,
  container: async () => (await import('./container.ts')).container,
  agent: async () => (await import('./agent.ts')).agent,
};
