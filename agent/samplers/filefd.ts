/** Open files of the whole machine, against the kernel's limit. */

import { decimal } from './parse/numbers.ts';
import { gauge, sampler } from './sampler.ts';
import { required } from './source.ts';

const allocated = gauge('node_filefd_allocated', 'File handles in use.');
const maximum = gauge('node_filefd_maximum', 'File handles that the kernel allows.');

export const filefd = sampler<string>({
  name: 'filefd',
  summary: 'open file handles',
  profiles: ['edge', 'full'],
  intervalSeconds: 30,
  timeoutMs: 1000,
  metrics: [allocated, maximum],

  read: (host) => required(host, '/proc/sys/fs/file-nr'),

  parse(text, emit) {
    const [used, , limit] = text.split('\t');
    const inUse = decimal(used ?? '');
    const allowed = decimal(limit ?? '');
    if (inUse !== undefined) emit(allocated, inUse);
    if (allowed !== undefined) emit(maximum, allowed);
  },
});
