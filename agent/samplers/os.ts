/** Which distribution is installed, and until when it gets updates. */
import { flagOption, flagSchema, optionsSchema } from './options.ts';
import { parseAssignments } from './parse/assignments.ts';
import { gauge, sampler } from './sampler.ts';

const INFO_LABELS = [
  'build_id',
  'id',
  'id_like',
  'image_id',
  'image_version',
  'name',
  'pretty_name',
  'variant',
  'variant_id',
  'version',
  'version_codename',
  'version_id',
];
const VERSION_LABELS = ['id', 'id_like', 'name'];
const info = gauge('node_os_info', 'The fields of os-release as labels; always 1.', INFO_LABELS);
const version = gauge('node_os_version', 'Version as major.minor.', VERSION_LABELS);
const supportEnd = gauge(
  'node_os_support_end_timestamp_seconds',
  'When the distribution says its support ends, in seconds since 1970.',
);

export const os = sampler<string | undefined>({
  name: 'os',
  summary: 'distribution and its version',
  profiles: ['edge', 'full'],
  intervalSeconds: 60,
  timeoutMs: 5000,
  metrics: [info, version, supportEnd],
  options: optionsSchema({ all: flagSchema('also the version as a number') }),
  presets: { full: { all: true } },

  read: async (host) =>
    (await host.read('/etc/os-release')) ?? (await host.read('/usr/lib/os-release')),

  parse(text, emit, options) {
    if (text === undefined) return;
    const fields = parseAssignments(text);
    const values = (labels: readonly string[]) =>
      labels.map((label) => fields.get(label.toUpperCase()) ?? '');
    emit(info, 1, values(INFO_LABELS));
    const number = Number.parseFloat(
      /^\d+(\.\d+)?/.exec(fields.get('VERSION_ID') ?? fields.get('VERSION') ?? '')?.[0] ?? '',
    );
    if (flagOption(options, 'all') && Number.isFinite(number)) {
      emit(version, number, values(VERSION_LABELS));
    }
    const end = Date.parse(`${fields.get('SUPPORT_END') ?? ''}T00:00:00Z`);
    if (Number.isFinite(end)) emit(supportEnd, end / 1000);
  },
});
