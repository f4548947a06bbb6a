/** The hottest sensor that the kernel knows: thermal zones and hardware monitors. */
import {
  type Infer,
  object,
  optional,
  type Schema,
  type SchemaNode,
  text,
} from '../../protocol/config/schema.ts';
import type { Host } from '../ports.ts';
import { check } from './check.ts';
import { above, levelProblems, numberLevels } from './parse/levels.ts';

const sensorSchema: SchemaNode = {
  ...text('Only sensors whose name matches this regular expression.', {
    examples: ['^(cpu|soc)'],
  }),
  format: 'regex',
};

const schema = object('Looks at the hottest sensor.', {
  celsius: numberLevels('Degrees Celsius at or above. Default: 75 and 85.', { min: -50, max: 500 }),
  sensor: optional(sensorSchema as Schema<string>),
});

type Options = Infer<typeof schema>;

interface Sensor {
  readonly name: string;
  readonly celsius: number;
}

const DEFAULT = { warning: 75, critical: 85 };
const ZONES = '/sys/class/thermal';
const MONITORS = '/sys/class/hwmon';
const MILLIDEGREES = 1000;

export const temperatureCheck = check<Options>({
  kind: 'temperature',
  summary: 'the hottest sensor of thermal zones and hardware monitors',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 10,
  measuresTime: false,

  problems: ({ celsius }) => levelProblems('celsius', celsius, 'above'),

  async run({ celsius = DEFAULT, sensor }, { host }) {
    const wanted = sensor === undefined ? undefined : new RegExp(sensor);
    const all = [...(await zones(host)), ...(await monitors(host))];
    const found = all.filter(({ name }) => wanted?.test(name) ?? true);
    const hottest = found.reduce<Sensor | undefined>(
      (most, one) => (one.celsius > (most?.celsius ?? Number.NEGATIVE_INFINITY) ? one : most),
      undefined,
    );
    if (hottest === undefined) {
      const names = all.map(({ name }) => name).join(', ') || 'none';
      return { state: 'unknown', text: `no sensor that matches; there are: ${names}` };
    }
    return {
      state: above(hottest.celsius, celsius),
      text: `${hottest.name}: ${hottest.celsius.toFixed(1)} °C, the hottest of ${found.length}`,
      figures: [{ name: 'hottest', unit: 'celsius', value: hottest.celsius }],
    };
  },
});

async function zones(host: Host): Promise<Sensor[]> {
  const folders = (await host.list(ZONES)).filter((name) => name.startsWith('thermal_zone'));
  const sensors = folders.map(async (folder) => {
    const type = (await host.read(`${ZONES}/${folder}/type`))?.trim();
    return reading(type ?? folder, await host.read(`${ZONES}/${folder}/temp`));
  });
  return (await Promise.all(sensors)).flat();
}

async function monitors(host: Host): Promise<Sensor[]> {
  const sensors = (await host.list(MONITORS)).map(async (folder) => {
    const path = `${MONITORS}/${folder}`;
    const chip = (await host.read(`${path}/name`))?.trim() ?? folder;
    const inputs = (await host.list(path)).filter((name) => /^temp\d+_input$/.test(name));
    return inputs.map(async (input) => {
      const own = input.replace('_input', '');
      const label = (await host.read(`${path}/${own}_label`))?.trim();
      return reading(`${chip} ${label ?? own}`, await host.read(`${path}/${input}`));
    });
  });
  return (await Promise.all((await Promise.all(sensors)).flat())).flat();
}

/** None when the sensor is asleep or its driver fails. */
function reading(name: string, millidegrees: string | undefined): Sensor[] {
  const value = Number.parseInt(millidegrees ?? '', 10);
  return Number.isNaN(value) ? [] : [{ name, celsius: value / MILLIDEGREES }];
}
