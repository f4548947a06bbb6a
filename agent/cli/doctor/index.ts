/** All diagnoses, from the machine outwards: what stands first explains what fails after it. */
import { broker } from './broker.ts';
import { buffer } from './buffer.ts';
import { clock } from './clock.ts';
import { data } from './data.ts';
import type { Diagnosis } from './diagnosis.ts';
import { kernel } from './kernel.ts';
import { name } from './name.ts';
import { tls } from './tls.ts';
import { unit } from './unit.ts';
import { updates } from './updates.ts';

export const diagnoses: readonly Diagnosis[] = [
  data,
  buffer,
  clock,
  kernel,
  unit,
  name,
  broker,
  tls,
  updates,
];
