/** `muster rollout` and `muster rollouts`: versions for many devices, stage by stage. */
import type { Command } from 'commander';
import type { CliIo } from '../../io.ts';
import { acting } from './act.ts';
import { looking } from './look.ts';
import { starting } from './start.ts';
import { watching } from './watch.ts';

export function rollouts(program: Command, io: CliIo): void {
  const group = program
    .command('rollouts')
    .alias('rollout')
    .description('rollouts of packages: start, watch, pause, approve, roll back');
  starting(group, io);
  looking(group, io);
  watching(group, io);
  acting(group, io);
}
