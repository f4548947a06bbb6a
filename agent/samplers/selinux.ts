/** Whether SELinux is on, and whether it enforces what it was configured to. */

import { parseAssignments } from './parse/assignments.ts';
import { gauge, sampler } from './sampler.ts';

const MODES: Readonly<Record<string, number>> = { enforcing: 1, permissive: 0, disabled: -1 };

const enabled = gauge('node_selinux_enabled', '1 when SELinux is enabled.');
const current = gauge('node_selinux_current_mode', '1 enforcing, 0 permissive.');
const configured = gauge('node_selinux_config_mode', 'As configured: 1 enforcing, 0 permissive.');

interface Raw {
  readonly enforce: string | undefined;
  readonly config: string | undefined;
}

export const selinux = sampler<Raw>({
  name: 'selinux',
  summary: 'whether SELinux is on and enforces',
  profiles: ['full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [enabled, current, configured],

  read: async (host) => ({
    enforce: host.readNow('/sys/fs/selinux/enforce'),
    config: await host.read('/etc/selinux/config'),
  }),

  parse({ enforce, config }, emit) {
    emit(enabled, enforce === undefined ? 0 : 1);
    if (enforce === undefined) return;
    emit(current, enforce.trim() === '1' ? 1 : 0);
    const mode =
      MODES[
        parseAssignments(config ?? '')
          .get('SELINUX')
          ?.toLowerCase() ?? ''
      ];
    if (mode !== undefined) emit(configured, mode);
  },
});
