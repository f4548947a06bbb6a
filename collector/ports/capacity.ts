/** The collector's own load, as it is measured and as it is shown. */
import type { LoadReading, ScalingAdvice } from '../core/capacity.ts';

/** What only the process and the machine know (`io/load-meter.ts`). */
export interface LoadMeter {
  read(): Promise<MachineLoad>;
}

export type MachineLoad = Pick<
  LoadReading,
  'loop' | 'machine' | 'memoryBytes' | 'memoryLimit' | 'diskFree' | 'diskSize'
>;

export interface CapacityView {
  /** Absent until the first reading. */
  readonly reading?: LoadReading;
  readonly advice: readonly ScalingAdvice[];
}
