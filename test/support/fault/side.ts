/** What the damage matrix needs to know of a side: how a folder is made, and how one is tried. */

/** One try of a damaged folder. */
export interface Trial {
  /** What was wrong; empty when all promises held. */
  readonly problems: readonly string[];
  /** What became of the content: `none`, or so many of which things. */
  readonly lost: string;
  /** What the program, or `verify`, said about it, in short. */
  readonly told: string;
  /** What `verify` said; `-` where there is none. */
  readonly verify: string;
  /** CPU seconds from opening to having worked. */
  readonly cpu: number;
  /** The same by the clock on the wall. */
  readonly seconds?: number;
}

export interface Job {
  /** The damaged folder: the trial's own. */
  readonly path: string;
  /** Where `prepare` worked: whole folders and notes. */
  readonly base: string;
  /** Which of the whole folders it is a copy of. */
  readonly state: string;
  /** The damaged file, relative to the folder. */
  readonly file: string;
  readonly damage: string;
  /** Counted from 1, when the program was started again after an assertion of LevelDB. */
  readonly life?: number;
}

export interface Side {
  readonly name: 'agent' | 'collector';
  /** States of the folder that are damaged, e.g. left by a kill or by a clean stop. */
  readonly states: readonly string[];
  /**
   * Makes `base/<state>` and `base/older`; all notes for trials lie below `base` too. As large as it
   * comes, or of about so many bytes.
   */
  prepare(base: string, bytes?: number): Promise<void>;
  try(job: Job): Promise<Trial>;
}

export const CPU_LIMIT = 5;
