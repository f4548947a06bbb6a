/** How the agent adapts to a machine under pressure. */
import type { Infer } from '../../protocol/config/schema.ts';
import { count, duration, flag, object } from '../../protocol/config/schema.ts';
import type { AdaptRules } from '../core/adapting/figures.ts';

export const adaptSchema = object(
  'Doing less while the machine is short of processor, memory, charge, coolness or disk.',
  {
    enabled: flag('Whether it does.', { default: true, remote: true }),
    stretch: count('Most times that intervals are stretched: 1, 2, 4 or 8.', {
      default: 8,
      min: 1,
      max: 8,
      remote: true,
    }),
    dwell: duration('So long the pressure must be gone before the agent does more again.', {
      default: '5m',
      min: '1m',
      max: '1d',
      remote: true,
    }),
    temperature: count('Celsius of the hottest zone from where on the agent does less.', {
      default: 80,
      min: 30,
      max: 130,
      remote: true,
    }),
    battery: count('Percent of charge, discharging, from where on the agent does less.', {
      default: 40,
      min: 1,
      max: 99,
      remote: true,
    }),
  },
);

export type AdaptSettings = Infer<typeof adaptSchema>;

/** The largest power of two that the bound allows. */
export function resolveAdapt({ stretch, ...rest }: AdaptSettings): AdaptRules {
  return { ...rest, stretch: 2 ** Math.floor(Math.log2(stretch)) };
}
