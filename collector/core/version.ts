/** What the collector and its command call themselves; a test holds it against package.json. */
export const COLLECTOR_VERSION = '0.1.0';
