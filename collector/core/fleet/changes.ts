/**
 * What of commands has changed since it was last looked at: names alone, each once, so that a reader
 * who takes his time costs no more than a list of devices.
 */

/** A change: of the command as a whole without a device. */
export interface CommandNews {
  readonly command: string;
  readonly device?: string;
  /** This piece of the device's output is there; without it, its state has changed. */
  readonly part?: number;
}

export interface DeviceChanges {
  target: boolean;
  /** Pieces of output. */
  readonly parts: Set<number> | 'all';
}

export type Changed = ReadonlyMap<string, ReadonlyMap<string, DeviceChanges>>;

export class Changes {
  private commands = new Map<string, Map<string, DeviceChanges>>();

  get any(): boolean {
    return this.commands.size > 0;
  }

  note({ command, device, part }: CommandNews): void {
    const devices = this.of(command);
    if (device === undefined) return;
    const changes = devices.get(device) ?? { target: false, parts: new Set() };
    if (part === undefined) changes.target = true;
    else if (changes.parts !== 'all') changes.parts.add(part);
    devices.set(device, changes);
  }

  /** All of a device. */
  noteAll(command: string, device: string): void {
    this.of(command).set(device, { target: true, parts: 'all' });
  }

  /** By command, then by device; from now on others are noted. */
  take(): Changed {
    const taken = this.commands;
    this.commands = new Map();
    return taken;
  }

  private of(command: string): Map<string, DeviceChanges> {
    const devices = this.commands.get(command) ?? new Map<string, DeviceChanges>();
    this.commands.set(command, devices);
    return devices;
  }
}
