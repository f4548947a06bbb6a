/** All faults, and which of them a pipeline can have. */
import type { Pipeline } from '../pipeline.ts';
import { COPY_FAULTS } from './copies.ts';
import { DISK_FAULTS } from './disk.ts';
import type { Fault } from './fault.ts';
import { IDENTITY_FAULTS } from './identity.ts';
import { LINK_FAULTS } from './link.ts';
import { PROGRAM_FAULTS } from './programs.ts';

const FAULTS: readonly Fault[] = [
  ...PROGRAM_FAULTS,
  ...LINK_FAULTS,
  ...COPY_FAULTS,
  ...IDENTITY_FAULTS,
  ...DISK_FAULTS,
];

export function usableFaults(pipeline: Pipeline): readonly Fault[] {
  return FAULTS.filter(({ needs }) => needs === undefined || pipeline.has(needs));
}
