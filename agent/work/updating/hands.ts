/** Takes the steps of an installer: here, or by the helper where only root may. */
import { check } from '../../../protocol/config/check.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { UpdateError } from '../../core/updates/codes.ts';
import { fileFor } from '../../core/updates/manifest.ts';
import type { UpdateItem } from '../../core/updates/update.ts';
import { installers } from '../../installers/index.ts';
import type {
  InstallContext,
  Installer,
  InstallJob,
  InstallStep,
  Present,
  Version,
} from '../../installers/installer.ts';
import type { Helper, Runner } from '../../ports/caretaking.ts';
import type { Disk, Machine, Staging, Units } from '../../ports/updates.ts';

export interface HandsDeps {
  readonly disk: Disk;
  readonly runner: Runner;
  readonly units: Units;
  readonly machine: Machine;
  readonly staging: Staging;
  readonly helper: Helper;
}

/** A package with its installer and its options read. */
export interface Prepared {
  readonly of: Installer;
  readonly job: InstallJob;
  readonly isRoots: boolean;
}

export class Hands {
  readonly #deps: HandsDeps;

  constructor(deps: HandsDeps) {
    this.#deps = deps;
  }

  /** Rejects where this device cannot take it. */
  async prepared({ manifest, from }: Pick<UpdateItem, 'manifest' | 'from'>): Promise<Prepared> {
    const of = await installers[manifest.installer.kind]();
    const options = optionsOf(of, manifest);
    const job: InstallJob = { to: this.version(manifest), options };
    const isRoots = of.needsRoot(options) && !this.#deps.machine.isRoot;
    // With another installer before, there is nothing that this one could go back to.
    if (from === undefined || from.installer.kind !== manifest.installer.kind) {
      return { of, job, isRoots };
    }
    const fromOptions = optionsOf(of, from);
    return { of, isRoots, job: { ...job, from: this.version(from), fromOptions } };
  }

  async take(
    step: InstallStep,
    item: UpdateItem,
    signal: AbortSignal,
    print: Print,
  ): Promise<void> {
    const { of, job, isRoots } = await this.prepared(item);
    if (!isRoots) return of[step](job, this.context(signal, print));
    const { name, version } = item.manifest;
    const from = item.from?.version ?? '';
    const asked = { verb: 'install', step, name, version, from } as const;
    const answer = await this.#deps.helper.ask(asked, { signal, output: print });
    if (!answer.ok) throw refusalOf(step, answer.text);
  }

  async present(manifest: ReleaseManifest, signal: AbortSignal): Promise<Present> {
    const { of, job } = await this.prepared({ manifest });
    return of.present(
      job,
      this.context(signal, () => undefined),
    );
  }

  version(manifest: ReleaseManifest): Version {
    const file = fileFor(manifest, this.#deps.machine.architecture);
    if (file === undefined) {
      const why = `${manifest.name} ${manifest.version} has no file for ${this.#deps.machine.architecture}`;
      throw new UpdateError('wrong-architecture', why);
    }
    return { manifest, file, path: this.#deps.staging.pathOf(file.sha256) };
  }

  context(signal: AbortSignal, print: Print): InstallContext {
    const { disk, runner, units, machine } = this.#deps;
    return { disk, runner, units, machine, signal, print };
  }
}

type Print = (line: string) => void;

function optionsOf(of: Installer, { name, version, installer }: ReleaseManifest): unknown {
  const { value, problems } = check(of.schema, installer.options);
  const [problem] = problems;
  if (problem === undefined) return value;
  const where = ['installer.options', ...problem.keys].join('.');
  throw new UpdateError('unsupported', `${name} ${version}: ${where} ${problem.message}`);
}

/** Root verified it, and does not believe it: not for this device, and not to be tried again. */
const ATTACK = /^refused: (attack: .*)$/s;

function refusalOf(step: InstallStep, text: string): UpdateError {
  const attack = ATTACK.exec(text)?.[1];
  return attack === undefined
    ? new UpdateError(codeOf(step), text)
    : new UpdateError('untrusted', attack);
}

function codeOf(step: InstallStep): 'switch-failed' | 'roll-back-failed' | 'install-failed' {
  if (step === 'switch') return 'switch-failed';
  return step === 'undo' ? 'roll-back-failed' : 'install-failed';
}
