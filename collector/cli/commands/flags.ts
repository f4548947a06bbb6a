/** `muster flags`: feature flags of the fleet. */
import type { Command } from 'commander';
import type { FlagValue } from '../../../protocol/messages/tree.ts';
import type { Evaluation, Flag, FlagType } from '../../core/fleet/flags.ts';
import { clock } from '../../core/present.ts';
import { contextOf } from '../context.ts';
import { CliError, type CliIo } from '../io.ts';
import { send, userName } from '../sending.ts';
import { pairs, table } from '../table.ts';

const API = '/api/muster/v1/flags';

interface Who {
  readonly by?: string;
  readonly comment: string;
}

interface SetOptions extends Who {
  readonly type?: FlagType;
  readonly default?: string;
  readonly off?: string;
  readonly description?: string;
  readonly rule?: readonly string[];
  readonly plan?: string;
  readonly maxUnhealthy?: string;
  readonly onFailure?: string;
}

interface Rule {
  readonly selector: string;
  readonly value: FlagValue;
  readonly share: number;
}

export function flags(program: Command, io: CliIo): void {
  const group = program.command('flags').description('feature flags: look, set, share, kill');
  looking(group, io);
  changing(group, io);
}

function looking(group: Command, io: CliIo): void {
  group
    .command('list', { isDefault: true })
    .description('all flags')
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { flags: found } = await client.json<{ flags: Flag[] }>(API);
      answer(found, () => (found.length === 0 ? 'no flags\n' : listText(found)));
    });

  group
    .command('show <flag>')
    .description('its rules in order')
    .action(async (name: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const flag = await client.json<Flag>(pathOf(name));
      answer(flag, () => flagText(flag));
    });

  group
    .command('history <flag>')
    .description('its versions, newest first')
    .action(async (name: string, _options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const { versions } = await client.json<{ versions: Flag[] }>(`${pathOf(name)}/history`);
      answer(versions, () => historyText(versions));
    });

  group
    .command('evaluate <flag> [device]')
    .description('the value for one device and why, or how many devices have which')
    .action(async (name: string, device: string | undefined, _options, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const path = `${pathOf(name)}/evaluate`;
      if (device === undefined) {
        const { values } = await client.json<{ values: { value: FlagValue; devices: number }[] }>(
          path,
        );
        return answer(values, () => valuesText(values));
      }
      const one = await client.json<Evaluation>(path, new URLSearchParams({ device }));
      answer(one, () => `${String(one.value)} (${reasonOf(one)})\n`);
    });
}

function changing(group: Command, io: CliIo): void {
  signed(
    group
      .command('set <flag>')
      .description(
        'e.g. set new-ui --type boolean --default false --rule "ring=canary => true @ 10"',
      )
      .option('--type <type>', 'boolean, number or string; new flags need it')
      .option('--default <value>', 'for devices that no rule takes; new flags need it')
      .option('--off <value>', 'for all while it is killed (default: the default)')
      .option('--description <text>', 'what it is for')
      .option('--rule <rule...>', 'selector => value @ share, in order; replaces all rules')
      .option('--plan <steps>', 'moves the share of the first rule, e.g. 1:1h,10:1d,100')
      .option('--max-unhealthy <percent>', 'above which the plan has failed (default: 5)')
      .option('--on-failure <what>', 'pause, or off: back to 0 % (default: pause)'),
  ).action(async (name: string, options: SetOptions, command: Command) => {
    const { client } = contextOf(io, command);
    const { flags: all } = await client.json<{ flags: Flag[] }>(API);
    const body = draft(
      options,
      all.find((one) => one.name === name),
      userName(io, options.by),
    );
    said(io, command, await send<Flag>(io, command, 'PUT', pathOf(name), body));
  });

  signed(
    group
      .command('share <flag> <percent>')
      .description('who is in stays in as it grows; a plan of the rule stops')
      .option('--rule <n>', 'position of the rule, from 0', '0'),
  ).action(
    async (name: string, percent: string, options: Who & { rule: string }, command: Command) => {
      const body = {
        ...{ share: numberOf('percent', percent), rule: numberOf('--rule', options.rule) },
        ...{ by: userName(io, options.by), comment: options.comment },
      };
      said(io, command, await send<Flag>(io, command, 'POST', `${pathOf(name)}/share`, body));
    },
  );

  signed(
    group
      .command('kill <flag>')
      .description('the off value for all devices at once')
      .option('--undo', 'let the rules count again'),
  ).action(async (name: string, options: Who & { undo?: boolean }, command: Command) => {
    const { by, comment, undo } = options;
    const body = { killed: undo !== true, by: userName(io, by), comment };
    said(io, command, await send<Flag>(io, command, 'POST', `${pathOf(name)}/kill`, body));
  });

  signed(group.command('delete <flag>').description('take a flag away; its history stays')).action(
    async (name: string, { by, comment }: Who, command: Command) => {
      const query = new URLSearchParams({ by: userName(io, by), comment });
      await send(io, command, 'DELETE', `${pathOf(name)}?${query.toString()}`);
      contextOf(io, command).answer({ deleted: name }, () => `${name} is gone\n`);
    },
  );
}

function signed(command: Command): Command {
  return command
    .option('--comment <text>', 'why', '')
    .option('--by <name>', 'who (default: $USER)');
}

function said(io: CliIo, command: Command, flag: Flag): void {
  const { name, version, killed } = flag;
  const state = killed ? ', killed' : '';
  contextOf(io, command).answer(flag, () => `${name} is at version ${version}${state}\n`);
}

function pathOf(name: string): string {
  return `${API}/${encodeURIComponent(name)}`;
}

/** What is not said stays as it was. */
function draft(options: SetOptions, before: Flag | undefined, by: string): object {
  const type = options.type ?? before?.type;
  if (type === undefined) throw new CliError('a new flag needs --type and --default');
  const value = (option: string, text: string | undefined, else_: FlagValue | undefined) =>
    text === undefined ? else_ : flagValue(option, text, type);
  const fallback = value('--default', options.default, before?.default);
  if (fallback === undefined) throw new CliError('a new flag needs --type and --default');
  const rules = options.rule?.map((text) => ruleOf(text, type)) ?? before?.rules ?? [];
  const steps = options.plan === undefined ? undefined : stepsOf(options.plan);
  return {
    type,
    default: fallback,
    off: value('--off', options.off, before?.off) ?? fallback,
    description: options.description ?? before?.description ?? '',
    rules,
    ...(steps && {
      plan: {
        ...{ rule: 0, steps },
        maxUnhealthy: numberOf('--max-unhealthy', options.maxUnhealthy ?? '5'),
        ...(options.onFailure && { onFailure: options.onFailure }),
      },
    }),
    ...{ by, comment: options.comment },
  };
}

function ruleOf(text: string, type: FlagType): Rule {
  const [, selector, value, share = '100'] =
    /^(.*?)\s*=>\s*(.*?)(?:\s*@\s*([\d.]+)\s*%?)?\s*$/.exec(text) ?? [];
  if (selector === undefined || value === undefined) {
    throw new CliError(`--rule: ${JSON.stringify(text)} is not selector => value @ share`);
  }
  return { selector, value: flagValue('--rule', value, type), share: numberOf('--rule', share) };
}

function stepsOf(text: string): object[] {
  return text.split(',').map((step) => {
    const [share = '', length] = step.trim().split(':');
    return {
      share: numberOf('--plan', share),
      ...(length === undefined ? {} : { for: length }),
    };
  });
}

function flagValue(option: string, text: string, type: FlagType): FlagValue {
  if (type === 'string') return text;
  if (type === 'number') return numberOf(option, text);
  if (text === 'true' || text === 'false') return text === 'true';
  throw new CliError(`${option}: ${JSON.stringify(text)} is neither true nor false`);
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) {
    throw new CliError(`${name}: ${JSON.stringify(text)} is not a number`);
  }
  return value;
}

function listText(flags: readonly Flag[]): string {
  return table(
    [
      { title: 'flag', text: ({ name }) => name },
      { title: 'type', text: ({ type }) => type },
      { title: 'default', text: (flag) => String(flag.default) },
      { title: 'rules', text: ({ rules }) => rules.map(ruleText).join('; ') },
      { title: 'state', text: stateOf },
      { title: 'description', text: ({ description }) => description },
    ],
    flags,
  );
}

function flagText(flag: Flag): string {
  const { plan } = flag;
  return pairs([
    ['flag', flag.name],
    ['version', `${flag.version}, ${clock(flag.at)} by ${flag.by}`],
    ['description', flag.description],
    ['type', flag.type],
    ['default', String(flag.default)],
    ['off', String(flag.off)],
    ['state', stateOf(flag)],
    ...flag.rules.map((rule, index) => [`rule ${index}`, ruleText(rule)] as const),
    ...(plan === undefined
      ? []
      : [
          [
            'plan',
            `step ${plan.step + 1} of ${plan.steps.length}, since ${clock(plan.since)}`,
          ] as const,
          ...(plan.reason === '' ? [] : [[plan.state, plan.reason] as const]),
        ]),
  ]);
}

function historyText(versions: readonly Flag[]): string {
  return table(
    [
      { title: 'version', right: true, text: ({ version }) => String(version) },
      { title: 'at', text: ({ at }) => clock(at) },
      { title: 'by', text: ({ by }) => by },
      { title: 'state', text: stateOf },
      { title: 'rules', text: ({ rules }) => rules.map(ruleText).join('; ') },
      { title: 'comment', text: ({ comment }) => comment },
    ],
    versions,
  );
}

function valuesText(values: readonly { value: FlagValue; devices: number }[]): string {
  return table(
    [
      { title: 'value', text: ({ value }) => String(value) },
      { title: 'devices', right: true, text: ({ devices }) => String(devices) },
    ],
    values,
  );
}

function ruleText({ selector, value, share }: Rule): string {
  return `${selector} => ${String(value)}${share === 100 ? '' : ` @ ${share} %`}`;
}

function stateOf({ deleted, killed, plan }: Flag): string {
  if (deleted === true) return 'deleted';
  if (killed) return 'killed';
  return plan === undefined ? 'on' : `on, plan ${plan.state}`;
}

function reasonOf({ reason, rule }: Evaluation): string {
  return rule === undefined ? reason : `rule ${rule}`;
}
