/**
 * LevelDB's repair in a process of its own: on a table with turned bits it fails an assertion and
 * takes the whole process down with it (classic-level 3.0.0: SIGABRT in TableBuilder::Add), which
 * would be repeated at every start.
 */
import { promisify } from 'node:util';

/** Loads the addon by its file: it is elsewhere in a bundle than in node_modules. */
const CHILD = `
const addon = { exports: {} };
process.dlopen(addon, process.argv[1]);
addon.exports.repair_db(process.argv[2]).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
`;
/** A buffer at its cap takes seconds on a slow card; one that takes longer is not worth it. */
const PATIENCE_MS = 300_000;

export async function repairApart(path: string): Promise<void> {
  const addon = addonFile();
  if (addon === undefined) throw new Error('the LevelDB addon was not found');
  const options = { env: {}, timeout: PATIENCE_MS };
  // Loaded only when wanted, which is hardly ever: it is a tenth of what the start needs of Node.
  const { execFile } = await import('node:child_process');
  try {
    await promisify(execFile)(process.execPath, ['-e', CHILD, addon, path], options);
  } catch (error) {
    const { signal, stderr } = error as { signal?: string; stderr?: string };
    // Without the cause, which would repeat the whole command for people to read.
    throw new Error(`repair ended: ${signal ?? stderr?.trim() ?? String(error)}`);
  }
}

/** The one that this process has loaded. */
function addonFile(): string | undefined {
  const { sharedObjects } = process.report.getReport() as { sharedObjects?: readonly string[] };
  return sharedObjects?.find((file) => /classic-level[^/]*\.node$/.test(file));
}
