/** A log that says nothing. */
const quiet = () => undefined;

export const silentLog = { debug: quiet, info: quiet, warn: quiet, error: quiet };
