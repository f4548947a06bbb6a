/** Whether a value may be handed to a parameter, and what Go says when not. */
import { List, type ParamType, Struct, textOf, typeName, type Value } from './values.ts';

const NAMES: Readonly<Record<ParamType, string>> = {
  any: 'interface {}',
  string: 'string',
  float64: 'float64',
  int: 'int',
  bool: 'bool',
  time: 'time.Time',
  list: '[]string',
  vector: 'template.queryResult',
  sample: '*template.sample',
};

export function fits(value: Value, type: ParamType): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'string':
      return textOf(value) !== undefined;
    case 'float64':
      return typeof value === 'number';
    case 'int':
      return typeof value === 'bigint';
    case 'bool':
      return typeof value === 'boolean';
    case 'list':
      return value instanceof List && value.type === '[]string';
    case 'vector':
      return value instanceof List && value.type === NAMES.vector;
    case 'sample':
      return value instanceof Struct && value.type === NAMES.sample;
    case 'time':
      return value instanceof Struct && value.type === 'time.Time';
  }
}

export function mismatch(value: Value, type: ParamType): string {
  if (value === undefined || value === null) return `invalid value; expected ${NAMES[type]}`;
  return `wrong type for value; expected ${NAMES[type]}; got ${typeName(value)}`;
}
