/** The version of this software, both programs alike; a test holds it to package.json. */
export const VERSION = '0.1.0';
