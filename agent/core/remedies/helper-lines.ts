/** What passes between agent and helper: one JSON value a line. Both ends know these bounds. */

/** A request is small: a verb and a name. */
export const MOST_REQUEST_BYTES = 4_096;
/** A piece of output, in characters; escaped it may be six times as long. */
export const MOST_OUTPUT = 8_192;
/** An answer carries at most 256 changes. */
export const MOST_LINE_BYTES = 2_097_152;
/** What a verb other than a task may take, at most. */
export const VERB_TIMEOUT_MS = 120_000;
/** Of a step of an installer: dpkg waits for whoever has it, and its scripts may take long. */
export const INSTALL_TIMEOUT_MS = 45 * 60_000;
/** From the end of a task's time to its answer: whoever leads it is killed by then. */
export const STOP_TIMEOUT_MS = 15_000;
