/** What is told of updates: one report for each package and change of state, under the package's run. */
import type { ReportState } from '../../../protocol/messages/report.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { kindOfCode, type UpdateCode } from '../../core/updates/codes.ts';
import { isOver } from '../../core/updates/table.ts';
import type { Update } from '../../core/updates/update.ts';
import type { Journal } from '../../ports/caretaking.ts';
import type { Notes } from './steps.ts';

export class Telling {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  now(): number {
    return this.#journal.now();
  }

  /** Waits for nothing: a full disk must not hold an update, nor its way back. */
  step(update: Update, { output, figures }: Notes): void {
    const endedAt = isOver(update.state) ? this.now() : 0;
    update.items.forEach(({ name, manifest, from }, at) => {
      void this.#journal
        .report(`${update.id}-${at}`, {
          ...{ subject: 'install', name, kind: manifest.installer.kind, trigger: 'desired' },
          ...{ state: stateOf(update), startedAt: update.startedAt, endedAt },
          ...{ attempt: update.attempt, text: textOf(update), output: output.join('\n') },
          changes: [`${from?.version ?? 'nothing'} -> ${manifest.version}: ${update.state}`],
          figures,
        })
        .catch(() => undefined);
    });
  }

  /** Something that never became an update, or that is no more what it was. */
  refusal(id: string, { name, version, installer }: Refused, code: UpdateCode, why: string): void {
    const now = this.now();
    const state = kindOfCode(code) === 'waits' ? 'skipped' : 'failed';
    void this.#journal
      .report(id, {
        ...{ subject: 'install', name, kind: installer?.kind ?? '', state, trigger: 'desired' },
        ...{ startedAt: now, endedAt: now, attempt: 1, text: `${code}: ${why}`, output: '' },
        ...{ changes: [`${version}: not installed`], figures: new Map() },
      })
      .catch(() => undefined);
  }
}

type Refused = Pick<ReleaseManifest, 'name' | 'version'> &
  Partial<Pick<ReleaseManifest, 'installer'>>;

function stateOf({ state, code }: Update): ReportState {
  if (state === 'committed') return 'succeeded';
  if (!isOver(state)) return 'running';
  if (code === 'cancelled') return 'cancelled';
  return code !== undefined && kindOfCode(code) === 'waits' ? 'skipped' : 'failed';
}

/** The code first, for programs; then words. */
function textOf({ state, code, why }: Update): string {
  const reason = code === undefined ? '' : `${code}${why === undefined ? '' : `: ${why}`}`;
  if (!isOver(state)) return reason === '' ? state : `${state} (${reason})`;
  return state === 'rolled-back' ? `${reason}; the old version is back` : reason;
}
