/** Which kernel runs, under which name. */

import { gauge, sampler } from './sampler.ts';
import { required } from './source.ts';

const LABELS = ['sysname', 'release', 'version', 'machine', 'nodename', 'domainname'];
const info = gauge('node_uname_info', 'What uname(2) says, as labels; always 1.', LABELS);

export const uname = sampler<readonly string[]>({
  name: 'uname',
  summary: 'kernel release, architecture, host name',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 1000,
  metrics: [info],

  read: (host) => {
    const kernel = (name: string) => required(host, `/proc/sys/kernel/${name}`).trim();
    // The kernel tells its architecture there since 6.1; before, Node's own has to do.
    const arch = host.readNow('/proc/sys/kernel/arch')?.trim() ?? architecture();
    return [
      kernel('ostype'),
      kernel('osrelease'),
      kernel('version'),
      arch,
      kernel('hostname'),
      kernel('domainname'),
    ];
  },

  parse: (labels, emit) => emit(info, 1, labels),
});

function architecture(): string {
  const names: Readonly<Record<string, string>> = {
    x64: 'x86_64',
    arm64: 'aarch64',
    arm: 'armv7l',
  };
  return names[process.arch] ?? process.arch;
}
